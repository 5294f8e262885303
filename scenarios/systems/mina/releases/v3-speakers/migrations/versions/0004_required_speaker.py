"""Each session names its speaker.

The mistake: required, without a default, and written by no code of this release.
"""

from alembic import op

revision = "0004_required_speaker"
down_revision = "0003_speakers"


def upgrade() -> None:
    op.execute("ALTER TABLE sessions ADD COLUMN speaker text NOT NULL DEFAULT 'unknown' REFERENCES speakers (id)")
    op.execute("ALTER TABLE sessions ALTER COLUMN speaker DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE sessions DROP COLUMN speaker")
