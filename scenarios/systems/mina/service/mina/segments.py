"""Segments: the pieces of a session's transcript, in order."""

from flask import Blueprint, Response
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from service.answers import answer, refusal
from service.inputs import body_fields, sequence, text
from service.work import reading, writing

blueprint = Blueprint("segments", __name__, url_prefix="/api/sessions/<session_id>/segments")

_INSERT = "INSERT INTO segments (id, session_id, seq, text) VALUES (%s, %s, %s, %s)"
_SELECT = "SELECT id, seq, text FROM segments WHERE session_id = %s ORDER BY seq, id"


@blueprint.post("")
def create(session_id: str) -> tuple[Response, int]:
    """201 once the segment is durable; 404 without its session, 409 if its id is taken."""
    fields = body_fields()
    segment_id = text(fields, "id")
    row = (segment_id, session_id, sequence(fields, "seq"), text(fields, "text", empty=True))
    try:
        with writing() as connection:
            connection.execute(_INSERT, row)
    except ForeignKeyViolation:
        return refusal(404, f"no session {session_id}")
    except UniqueViolation:
        return refusal(409, f"segment {segment_id} is already there")
    return answer(201, id=segment_id, nonce=segment_id, committed=True)


@blueprint.get("")
def index(session_id: str) -> tuple[Response, int]:
    """The session's segments in order; none for a session that is not there."""
    with reading() as connection:
        rows = connection.execute(_SELECT, (session_id,)).fetchall()
    return answer(segments=[{"id": row[0], "seq": row[1], "text": row[2]} for row in rows])
