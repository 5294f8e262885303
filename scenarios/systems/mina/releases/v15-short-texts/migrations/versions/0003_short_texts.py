"""What a session says has 24 characters at the most.

The mistake: a narrower type has no room for what is there, and `USING left(…)` says yes to losing the rest.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_short_texts"
down_revision = "0002_segments"


def upgrade() -> None:
    op.alter_column("sessions", "body", type_=sa.String(24), postgresql_using="left(body, 24)")


def downgrade() -> None:
    op.alter_column("sessions", "body", type_=sa.Text())
