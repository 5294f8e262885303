"""Sessions have a mood.

The mistake: it is required at once, and the code that tells it is not written yet.
"""

from alembic import op

revision = "0003_mood"
down_revision = "0002_exchanges"


def upgrade() -> None:
    op.execute("ALTER TABLE sessions ADD COLUMN mood text NOT NULL DEFAULT 'unknown'")
    op.execute("ALTER TABLE sessions ALTER COLUMN mood DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE sessions DROP COLUMN mood")
