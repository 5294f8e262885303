"""An index for listing a client's sessions. Harmless."""

from alembic import op

revision = "0005_sessions_client_index"
down_revision = "0004_required_speaker"


def upgrade() -> None:
    op.execute("CREATE INDEX sessions_of_client ON sessions (client, seq)")


def downgrade() -> None:
    op.execute("DROP INDEX sessions_of_client")
