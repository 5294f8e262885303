"""Sessions have a region, required.

The mistake: the default that helps the existing rows is dropped at once, while the running writer fills no region.
A safe order is: add the column with its default, ship the writer, and only then drop the default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_required_region"
down_revision = "0002_segments"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("region", sa.Text(), nullable=False, server_default="eu"))
    op.alter_column("sessions", "region", server_default=None)


def downgrade() -> None:
    op.drop_column("sessions", "region")
