"""The shape of every JSON answer: what was asked for, plus the release and the schema that answered."""

from flask import Flask, Response, current_app, g, jsonify
from service.release import RELEASE
from werkzeug.exceptions import HTTPException


def answer(status: int = 200, **facts: object) -> tuple[Response, int]:
    """`facts` with `release` and `schema` (None when no transaction got as far as reading it).

    A system whose answers tell more of the worker that gives them puts it into `g.told`, as strings by name.
    """
    told = {"told": g.told} if "told" in g else {}
    return jsonify(**facts, **told, release=RELEASE, schema=g.get("schema")), status


def saved(status: int, written_id: str) -> tuple[Response, int]:
    """A write is committed: which transaction it was, and how far the server's log was at the least, in bytes."""
    return answer(status, id=written_id, nonce=written_id, committed=True, xid=g.get("xid"), lsn=g.get("lsn"))


def refusal(status: int, error: str) -> tuple[Response, int]:
    """An error answer; `committed` says what became of a write: False certainly nothing, None unknown.

    An unknown one names its transaction, so that the server can be asked later what became of it.
    """
    committed = g.get("committed", False)
    unknown = {} if committed is not None else {"xid": g.get("xid")}
    return answer(status, error=error, committed=committed, **unknown)


def register(app: Flask) -> None:
    """Turn everything that goes wrong into a JSON answer. The process stays alive."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> tuple[Response, int]:
    return refusal(error.code or 500, error.description or error.name)


def _unexpected(error: Exception) -> tuple[Response, int]:
    # One line, not a traceback: a bad release fails hundreds of times a second and the log is evidence.
    reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
    current_app.logger.error("%s", reason)
    return refusal(500, reason)
