"""How long a transcript is, in characters."""

from flask import Blueprint, Response
from service.answers import answer
from service.work import reading

blueprint = Blueprint("lengths", __name__)


@blueprint.get("/api/sessions/<session_id>/length")
def show(session_id: str) -> tuple[Response, int]:
    """Characters of all segments of a session."""
    with reading() as connection:
        row = connection.execute(
            "SELECT coalesce(sum(length(text)), 0) FROM segments WHERE session_id = %s", (session_id,)
        ).fetchone()
    return answer(length=row[0] if row else 0)
