"""Runs migrations against $DATABASE_URL. All revisions of one command share one transaction: all or none."""

import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine, make_url, pool

_CONNECT_TIMEOUT_S = 5


def migrate() -> None:
    """Run what the command asked for on one connection of our own."""
    # The URL is libpq's; SQLAlchemy wants its driver named in it.
    url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": _CONNECT_TIMEOUT_S})
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()


def write() -> None:
    """Write what they would do as SQL; one that asks the database for anything cannot be written."""
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


fileConfig(context.config.config_file_name, disable_existing_loggers=False)
if context.is_offline_mode():
    write()
else:
    migrate()
