"""Conversations: questions, their replies, and the model that gave each."""

from alembic import op

revision = "0002_conversations"
down_revision = "0001_core"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE conversations (
            id text PRIMARY KEY,
            question text NOT NULL,
            reply text NOT NULL,
            model text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE conversations")
