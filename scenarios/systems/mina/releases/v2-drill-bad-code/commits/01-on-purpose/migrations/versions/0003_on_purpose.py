"""Sessions have a column that is required and that nobody fills: bad on purpose."""

import sqlalchemy as sa
from alembic import op

revision = "0003_on_purpose"
down_revision = "0002_segments"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("drill", sa.Text(), nullable=False, server_default="monthly"))
    op.alter_column("sessions", "drill", server_default=None)


def downgrade() -> None:
    op.drop_column("sessions", "drill")
