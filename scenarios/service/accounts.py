"""Logging in, and the one page that needs it."""

from flask import Blueprint, Response, request
from itsdangerous import BadSignature, TimestampSigner
from psycopg import Connection
from service.answers import answer, refusal
from service.inputs import body_fields, text
from service.work import reading
from werkzeug.security import check_password_hash

blueprint = Blueprint("accounts", __name__)

_TOKEN_AGE_S = 12 * 3600


@blueprint.post("/login")
def login() -> tuple[Response, int]:
    """A token for the right name and password; 401 for any other."""
    fields = body_fields()
    name, password = text(fields, "user"), text(fields, "password")
    with reading() as connection:
        stored = _password_hash(connection, name)
    if stored is None or not check_password_hash(stored, password):
        return refusal(401, "wrong user or password")
    return answer(token=_signer(stored).sign(name).decode())


@blueprint.get("/dashboard")
def dashboard() -> tuple[Response, int]:
    """Who is logged in and how many sessions there are."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    name = token.rsplit(".", 2)[0]
    with reading() as connection:
        stored = _password_hash(connection, name)
        counted = connection.execute("SELECT count(*) FROM sessions").fetchone()
    if stored is None or not _is_ours(token, stored):
        return refusal(401, "log in first")
    return answer(user=name, sessions=counted[0] if counted else 0)


def _password_hash(connection: Connection, name: str) -> str | None:
    row = connection.execute("SELECT password_hash FROM users WHERE name = %s", (name,)).fetchone()
    return row[0] if row else None


def _signer(password_hash: str) -> TimestampSigner:
    # Signed with the stored hash: every worker and every release can check a token with no secret of its own to
    # deploy, and a new password ends the old tokens.
    return TimestampSigner(password_hash, salt="login")


def _is_ours(token: str, password_hash: str) -> bool:
    try:
        _signer(password_hash).unsign(token, max_age=_TOKEN_AGE_S)
    except BadSignature:
        return False
    return True
