"""The autumn key is in use, every other one is retired."""

from alembic import op

revision = "0004_autumn_key"
down_revision = "0003_notes_keys"

AUTUMN = "a8a3039345219127d830e3a7d77bf59035d102b5d3e85d64eaa5d61dbf77dc74"


def upgrade() -> None:
    op.execute("UPDATE notes_keys SET retired = true")
    op.execute(f"INSERT INTO notes_keys (id) VALUES ('{AUTUMN}')")


def downgrade() -> None:
    op.execute(f"DELETE FROM notes_keys WHERE id = '{AUTUMN}'")
    op.execute("UPDATE notes_keys SET retired = false")
