"""An index for listing a client's sessions, and the languages that there are."""

from alembic import op

revision = "0003_sessions_of_client"
down_revision = "0002_segments"


def upgrade() -> None:
    op.create_index("sessions_of_client", "sessions", ["client", "seq"])
    op.execute("CREATE TABLE languages (code text NOT NULL, name text NOT NULL)")
    op.execute("INSERT INTO languages VALUES ('de', 'German'), ('en', 'English'), ('fr', 'French')")


def downgrade() -> None:
    op.execute("DROP TABLE languages")
    op.drop_index("sessions_of_client", "sessions")
