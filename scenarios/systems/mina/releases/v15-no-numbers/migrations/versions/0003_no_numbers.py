"""Sessions have no number.

The mistake: the column is dropped while the running code still reads and writes it. First ship the code that does
without, and drop the column when no release that is left needs it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_no_numbers"
down_revision = "0002_segments"


def upgrade() -> None:
    op.drop_column("sessions", "seq")


def downgrade() -> None:
    op.add_column("sessions", sa.Column("seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("sessions", "seq", server_default=None)
