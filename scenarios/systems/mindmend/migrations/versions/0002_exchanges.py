"""Exchanges: messages, the replies to them, and the provider that gave each."""

from alembic import op

revision = "0002_exchanges"
down_revision = "0001_core"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE exchanges (
            id text PRIMARY KEY,
            message text NOT NULL,
            reply text NOT NULL,
            provider text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE exchanges")
