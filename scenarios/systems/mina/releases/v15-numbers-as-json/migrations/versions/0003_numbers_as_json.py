"""The number of a session is JSON.

Two mistakes: the type is changed in place, which rewrites the table and locks everybody out, and the running code sends
numbers.
"""

from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_numbers_as_json"
down_revision = "0002_segments"


def upgrade() -> None:
    op.alter_column("sessions", "seq", type_=postgresql.JSONB(), postgresql_using="to_jsonb(seq)")


def downgrade() -> None:
    op.execute("ALTER TABLE sessions ALTER COLUMN seq TYPE bigint USING seq::bigint")
