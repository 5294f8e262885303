"""Sessions have an owner, required.

The mistake: the default that fills the existing rows is dropped at once, while the running writer fills no owner.
"""

from alembic import op

revision = "0002_required_owner"
down_revision = "0001_core"


def upgrade() -> None:
    op.execute("ALTER TABLE sessions ADD COLUMN owner text NOT NULL DEFAULT 'nobody'")
    op.execute("ALTER TABLE sessions ALTER COLUMN owner DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE sessions DROP COLUMN owner")
