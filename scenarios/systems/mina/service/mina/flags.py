"""Feature flags, kept in a table so that a feature can be switched off without a deployment."""

from flask import Blueprint, Response
from psycopg import Connection
from service.answers import answer
from service.work import reading

blueprint = Blueprint("flags", __name__)


@blueprint.get("/api/flags")
def index() -> tuple[Response, int]:
    """Every flag by name."""
    with reading() as connection:
        rows = connection.execute("SELECT name, enabled FROM feature_flags ORDER BY name").fetchall()
    return answer(flags=dict(rows))


def is_enabled(connection: Connection, name: str) -> bool:
    """Whether the flag `name` is on; a flag that is not there is off."""
    row = connection.execute("SELECT enabled FROM feature_flags WHERE name = %s", (name,)).fetchone()
    return bool(row and row[0])
