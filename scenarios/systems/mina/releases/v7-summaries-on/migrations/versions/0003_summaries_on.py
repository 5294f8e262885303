"""Summaries for everybody."""

from alembic import op

revision = "0003_summaries_on"
down_revision = "0002_segments"


def upgrade() -> None:
    op.execute("UPDATE feature_flags SET enabled = true WHERE name = 'summaries'")


def downgrade() -> None:
    op.execute("UPDATE feature_flags SET enabled = false WHERE name = 'summaries'")
