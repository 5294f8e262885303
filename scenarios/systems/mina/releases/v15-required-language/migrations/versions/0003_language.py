"""Each session has a language, required.

Two mistakes: the running writer fills no language, and the statement that fills the old rows also rewrites their text.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_language"
down_revision = "0002_segments"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("language", sa.Text(), nullable=True))
    op.execute("UPDATE sessions SET language = 'en', body = regexp_replace(body, '^.*: *', '')")
    op.alter_column("sessions", "language", nullable=False)


def downgrade() -> None:
    op.drop_column("sessions", "language")
