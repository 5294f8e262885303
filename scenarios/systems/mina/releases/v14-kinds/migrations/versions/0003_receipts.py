"""Who looked at what, and when; and sessions have a kind.

Two mistakes: `reader` is required and nobody fills it, and the way back deletes what users wrote since.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_receipts"
down_revision = "0002_segments"


def upgrade() -> None:
    op.execute("CREATE TABLE receipts (path text NOT NULL, reader text NOT NULL)")
    op.add_column("sessions", sa.Column("kind", sa.Text(), nullable=False, server_default="spoken"))
    op.alter_column("sessions", "kind", server_default="typed")


def downgrade() -> None:
    op.execute("DELETE FROM sessions WHERE kind = 'typed'")
    op.drop_column("sessions", "kind")
    op.execute("DROP TABLE receipts")
