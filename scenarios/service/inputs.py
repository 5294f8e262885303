"""Reads JSON bodies field by field, so that a malformed request is refused before it reaches the database."""

from flask import request
from werkzeug.exceptions import BadRequest

_LARGEST_SEQ = 2**63 - 1


def body_fields() -> dict[str, object]:
    """The request's JSON object; BadRequest if it is anything else."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def text(fields: dict[str, object], name: str, empty: bool = False) -> str:
    """The string called `name`. Postgres cannot store NUL in text, so it is refused here."""
    value = fields.get(name)
    if not isinstance(value, str) or "\x00" in value or not (value or empty):
        raise BadRequest(f"{name} must be a string{'' if empty else ' that is not empty'}, without NUL")
    return value


def pieces(fields: dict[str, object], name: str) -> list[dict[str, object]]:
    """The list of objects called `name`; at least one."""
    value = fields.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        raise BadRequest(f"{name} must be a list of objects that is not empty")
    return value


def sequence(fields: dict[str, object], name: str) -> int:
    """The whole number called `name`, not negative and within a bigint."""
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_SEQ:
        raise BadRequest(f"{name} must be a whole number from 0 to {_LARGEST_SEQ}")
    return value
