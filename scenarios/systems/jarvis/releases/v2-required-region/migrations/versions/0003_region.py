"""Sessions have a region.

The mistake: it is required at once, and the code that tells it is not merged yet.
"""

from alembic import op

revision = "0003_region"
down_revision = "0002_conversations"


def upgrade() -> None:
    op.execute("ALTER TABLE sessions ADD COLUMN region text NOT NULL DEFAULT 'eu'")
    op.execute("ALTER TABLE sessions ALTER COLUMN region DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE sessions DROP COLUMN region")
