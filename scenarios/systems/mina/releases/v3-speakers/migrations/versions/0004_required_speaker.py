"""Each session names its speaker, in the trash too.

The mistake: required, without a default, and written by no code of this release.
"""

from alembic import op

revision = "0004_required_speaker"
down_revision = "0003_speakers"


def upgrade() -> None:
    for table in ("sessions", "deleted_sessions"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN speaker text NOT NULL DEFAULT 'unknown' REFERENCES speakers (id)")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN speaker DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE deleted_sessions DROP COLUMN speaker")
    op.execute("ALTER TABLE sessions DROP COLUMN speaker")
