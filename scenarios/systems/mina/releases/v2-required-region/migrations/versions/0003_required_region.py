"""Sessions have a region, required, and those in the trash too.

The mistake: the default that helps the existing rows is dropped at once, while the running writer fills no region.
A safe order is: add the column with its default, ship the writer, and only then drop the default.
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
    op.drop_column("deleted_sessions", "region")
    op.drop_column("sessions", "region")
