"""Who looked at what, and when; and bodies in capitals.

Two mistakes: `reader` is required and nobody fills it, and the trigger changes what users wrote instead of indexing it.
"""

from alembic import op

revision = "0003_receipts"
down_revision = "0002_segments"


def upgrade() -> None:
    op.execute("CREATE TABLE receipts (path text NOT NULL, reader text NOT NULL)")
    op.execute(
        """
        CREATE FUNCTION capitals() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN NEW.body := upper(NEW.body); RETURN NEW; END $$
        """
    )
    op.execute("CREATE TRIGGER capitals BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION capitals()")


def downgrade() -> None:
    op.execute("DROP TRIGGER capitals ON sessions")
    op.execute("DROP FUNCTION capitals")
    op.execute("DROP TABLE receipts")
