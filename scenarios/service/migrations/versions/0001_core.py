"""Users, sessions and their trash, with one user to log in as."""

from alembic import op

revision = "0001_core"
down_revision = None

# The password is "drill-password". A cheap scrypt on purpose: users of a drill log in on a machine that is being
# measured, and there is nothing here to protect.
_HASH = (
    "scrypt:1024:8:1$GOiGtsS0vitII0VM$2f23a579a9fcf04daf7a3499b8bde520847b0145c10cd3068341954963aa5f1d"
    "92ffa6fee2b4c9e514a025d8ac83b5d80fb07460b3abfdd4a16419bceae2bd09"
)


def upgrade() -> None:
    op.execute("CREATE TABLE users (id text PRIMARY KEY, name text NOT NULL UNIQUE, password_hash text NOT NULL)")
    op.execute(
        """
        CREATE TABLE sessions (
            id text PRIMARY KEY,
            client text NOT NULL,
            seq bigint NOT NULL,
            body text NOT NULL,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE deleted_sessions (
            id text NOT NULL,
            client text NOT NULL,
            seq bigint NOT NULL,
            body text NOT NULL,
            deleted_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute(f"INSERT INTO users (id, name, password_hash) VALUES ('user-1', 'ada', '{_HASH}')")


def downgrade() -> None:
    op.execute("DROP TABLE deleted_sessions")
    op.execute("DROP TABLE sessions")
    op.execute("DROP TABLE users")
