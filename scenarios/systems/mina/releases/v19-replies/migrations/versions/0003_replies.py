"""Replies, with those of the system before."""

from alembic import op

revision = "0003_replies"
down_revision = "0002_segments"

_IMPORTED = 80_000


def upgrade() -> None:
    op.execute("CREATE TABLE replies (session_id text NOT NULL, text text NOT NULL)")
    op.execute(
        "INSERT INTO replies SELECT md5((n / 40)::text), 'reply ' || n || ' of the system before'"
        f" FROM generate_series(1, {_IMPORTED}) AS n"
    )
    op.execute("CREATE INDEX replies_of_session ON replies (session_id)")
    op.execute("ANALYZE replies")


def downgrade() -> None:
    op.execute("DROP TABLE replies")
