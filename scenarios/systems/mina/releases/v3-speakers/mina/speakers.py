"""The people who speak in sessions."""

from flask import Blueprint, Response
from service.answers import answer
from service.work import reading

blueprint = Blueprint("speakers", __name__)


@blueprint.get("/api/speakers")
def index() -> tuple[Response, int]:
    """Every speaker by id."""
    with reading() as connection:
        rows = connection.execute("SELECT id, name FROM speakers ORDER BY id").fetchall()
    return answer(speakers=dict(rows))
