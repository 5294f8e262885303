"""Who looked at what, and when; and of each text what the list shows of it.

Two mistakes: `reader` is required and nobody fills it, and the beginning of a text belongs into the list and not into
the place of the text.
"""

from alembic import op

revision = "0003_receipts"
down_revision = "0002_segments"


def upgrade() -> None:
    op.execute("CREATE TABLE receipts (path text NOT NULL, reader text NOT NULL)")
    op.execute("UPDATE sessions SET body = left(body, 24)")


def downgrade() -> None:
    op.execute("DROP TABLE receipts")
