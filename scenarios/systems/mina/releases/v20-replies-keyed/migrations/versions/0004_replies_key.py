"""Replies belong to sessions.

The mistake: a foreign key in Postgres makes no index on the table that has it.
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
    op.execute("CREATE INDEX replies_of_session ON replies (session_id)")
    op.execute("ALTER TABLE replies DROP CONSTRAINT replies_session")
