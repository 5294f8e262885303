"""What a session says is called `contents`.

The mistake: a rename is one statement that keeps the data (`ALTER TABLE … RENAME COLUMN`). This drops a column, in both
directions, and no downgrade brings back what was in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_contents"
down_revision = "0002_segments"


def upgrade() -> None:
    _replace("body", "contents")


def downgrade() -> None:
    _replace("contents", "body")


def _replace(old: str, new: str) -> None:
    op.add_column("sessions", sa.Column(new, sa.Text(), nullable=False, server_default=""))
    op.alter_column("sessions", new, server_default=None)
    op.drop_column("sessions", old)
