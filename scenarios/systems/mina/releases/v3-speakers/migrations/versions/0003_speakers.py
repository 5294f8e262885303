"""A table of speakers. Harmless: the baseline does not look at it."""

from alembic import op

revision = "0003_speakers"
down_revision = "0002_segments"


def upgrade() -> None:
    op.execute("CREATE TABLE speakers (id text PRIMARY KEY, name text NOT NULL)")
    op.execute("INSERT INTO speakers (id, name) VALUES ('unknown', 'Somebody')")


def downgrade() -> None:
    op.execute("DROP TABLE speakers")
