"""What a session says is called `contents`.

The mistake: renamed while the running code still asks for `body`. Add the new column, write both, and drop the old one
later.
"""

from alembic import op

revision = "0003_contents"
down_revision = "0002_segments"


def upgrade() -> None:
    op.alter_column("sessions", "body", new_column_name="contents")


def downgrade() -> None:
    op.alter_column("sessions", "contents", new_column_name="body")
