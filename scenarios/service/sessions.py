"""Sessions: written under an id the client chooses, committed before they are acknowledged, read back.

Each write is one transaction. A session says who wrote it last (`client`, `seq`) and counts its writes (`version`).
"""

from flask import Blueprint, Response, request
from psycopg import Connection
from psycopg.errors import UniqueViolation
from service.answers import answer, refusal, saved
from service.inputs import body_fields, pieces, sequence, text
from service.work import reading, writing
from werkzeug.exceptions import NotFound

blueprint = Blueprint("sessions", __name__)

_INSERT = "INSERT INTO sessions (id, client, seq, body) VALUES (%s, %s, %s, %s)"
_SELECT = "SELECT id, client, seq, body FROM sessions WHERE id = %s"
_LOCK = "SELECT 1 FROM sessions WHERE id = %s FOR UPDATE"
_REPLACE = (
    f"{_INSERT} ON CONFLICT (id) DO UPDATE"
    " SET client = excluded.client, seq = excluded.seq, body = excluded.body, version = sessions.version + 1"
)
_DISCARD = (
    "WITH gone AS (DELETE FROM sessions WHERE id = %s RETURNING id, client, seq, body)"
    " INSERT INTO deleted_sessions (id, client, seq, body) SELECT id, client, seq, body FROM gone"
)
_PAGE = "SELECT id, client, seq, body, version FROM sessions WHERE id > %s ORDER BY id LIMIT %s"
_PAGE_ROWS = 1000


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
    return saved(201, row[0])


@blueprint.post("/api/sessions/batch")
def create_several() -> tuple[Response, int]:
    """201 once all `rows` (`id`, `body`) are durable, under the batch's own `id`; else none of them is there."""
    fields = body_fields()
    batch, client, seq = text(fields, "id"), text(fields, "client"), sequence(fields, "seq")
    rows = [(text(row, "id"), client, seq, text(row, "body", empty=True)) for row in pieces(fields, "rows")]
    try:
        with writing() as connection:
            for row in rows:
                connection.execute(_INSERT, row)
    except UniqueViolation as error:
        if error.diag.constraint_name != "sessions_pkey":
            raise
        return refusal(409, f"a session of batch {batch} is already there")
    return saved(201, batch)


@blueprint.put("/api/sessions/<session_id>")
def replace(session_id: str) -> tuple[Response, int]:
    """200 once the session has its new contents; 404 without it. It never makes one."""
    fields = body_fields()
    row = (session_id, text(fields, "client"), sequence(fields, "seq"), text(fields, "body", empty=True))
    with writing() as connection:
        _must_be_there(connection, session_id)
        connection.execute(_REPLACE, row)
    return saved(200, session_id)


@blueprint.delete("/api/sessions/<session_id>")
def discard(session_id: str) -> tuple[Response, int]:
    """200 once the session is in the trash; 404 without it."""
    with writing() as connection:
        _must_be_there(connection, session_id)
        connection.execute(_DISCARD, (session_id,))
    return saved(200, session_id)


@blueprint.get("/api/sessions/<session_id>")
def show(session_id: str) -> tuple[Response, int]:
    """The session as it was written."""
    with reading() as connection:
        row = connection.execute(_SELECT, (session_id,)).fetchone()
    if row is None:
        return refusal(404, f"no session {session_id}")
    return answer(id=row[0], client=row[1], seq=row[2], body=row[3], nonce=row[0])


@blueprint.get("/api/ledger")
def ledger() -> tuple[Response, int]:
    """Every session in pages: `rows` after the id `after`, and `next` to ask for more, null at the end."""
    with reading() as connection:
        found = connection.execute(_PAGE, (request.args.get("after", ""), _PAGE_ROWS)).fetchall()
    rows = [{"id": row[0], "client": row[1], "seq": row[2], "body": row[3], "version": row[4]} for row in found]
    return answer(rows=rows, next=rows[-1]["id"] if len(rows) == _PAGE_ROWS else None)


def _must_be_there(connection: Connection, session_id: str) -> None:
    if connection.execute(_LOCK, (session_id,)).fetchone() is None:
        raise NotFound(f"no session {session_id}")
