"""Sessions have a region, required, and those in the trash too.

Two mistakes: the default that helps the existing rows is dropped at once, and the way back is empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_required_region"
down_revision = "0002_segments"


def upgrade() -> None:
    for table in ("sessions", "deleted_sessions"):
        op.add_column(table, sa.Column("region", sa.Text(), nullable=False, server_default="eu"))
        op.alter_column(table, "region", server_default=None)


def downgrade() -> None:
    pass
