"""Sessions can be archived."""

from alembic import op

revision = "0004_archive"
down_revision = "0003_notes_keys"


def upgrade() -> None:
    op.execute("ALTER TABLE sessions ADD COLUMN archived boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE sessions DROP COLUMN archived")
