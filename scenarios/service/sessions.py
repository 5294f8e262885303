"""Sessions: written under an id the client chooses, committed before they are acknowledged, read back."""

from flask import Blueprint, Response
from psycopg.errors import UniqueViolation
from service.answers import answer, refusal
from service.inputs import body_fields, sequence, text
from service.work import reading, writing

blueprint = Blueprint("sessions", __name__)

_INSERT = "INSERT INTO sessions (id, client, seq, body) VALUES (%s, %s, %s, %s)"
_SELECT = "SELECT id, client, seq, body FROM sessions WHERE id = %s"


@blueprint.post("/api/sessions")
def create() -> tuple[Response, int]:
    """201 once the row is durable; 409 if the id is taken, in which case this request changed nothing."""
    fields = body_fields()
    row = (text(fields, "id"), text(fields, "client"), sequence(fields, "seq"), text(fields, "body", empty=True))
    try:
        with writing() as connection:
            connection.execute(_INSERT, row)
    except UniqueViolation as error:
        if error.diag.constraint_name != "sessions_pkey":
            raise
        return refusal(409, f"session {row[0]} is already there")
    return answer(201, id=row[0], nonce=row[0], committed=True)


@blueprint.get("/api/sessions/<session_id>")
def show(session_id: str) -> tuple[Response, int]:
    """The session as it was written."""
    with reading() as connection:
        row = connection.execute(_SELECT, (session_id,)).fetchone()
    if row is None:
        return refusal(404, f"no session {session_id}")
    return answer(id=row[0], client=row[1], seq=row[2], body=row[3], nonce=row[0])
