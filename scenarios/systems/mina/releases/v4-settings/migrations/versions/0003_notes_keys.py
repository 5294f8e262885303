"""The keys that notes are accepted under, by their digests."""

from alembic import op

revision = "0003_notes_keys"
down_revision = "0002_segments"

SPRING = "1be082a4fc22e386dbac58d743e0254e93a2fced7476e934f7bbde2165358661"


def upgrade() -> None:
    op.execute("CREATE TABLE notes_keys (id text PRIMARY KEY, retired boolean NOT NULL DEFAULT false)")
    op.execute(f"INSERT INTO notes_keys (id) VALUES ('{SPRING}')")


def downgrade() -> None:
    op.execute("DROP TABLE notes_keys")
