"""What a note must keep to before it is saved: its length, and a key that is in use."""

import hashlib

from flask import Blueprint, Response, g, request
from mina.settings import DIGEST, setting
from service.answers import refusal
from service.work import reading

blueprint = Blueprint("notes", __name__)


@blueprint.before_app_request
def tell_settings() -> None:
    """Each answer tells which settings its worker has."""
    g.told = {"configuration": DIGEST}


@blueprint.before_app_request
def check_note() -> tuple[Response, int] | None:
    """413 for a note that is too long, 503 while the key that this worker has is retired."""
    if request.method != "POST" or request.path != "/api/sessions":
        return None
    body = (request.get_json(silent=True) or {}).get("body", "")
    if len(str(body)) > int(setting("MAX_NOTE_CHARS")):
        return refusal(413, "the note is too long")
    digest = hashlib.sha256(setting("NOTES_KEY").encode()).hexdigest()
    with reading() as connection:
        known = connection.execute("SELECT 1 FROM notes_keys WHERE id = %s AND NOT retired", (digest,)).fetchone()
    return None if known else refusal(503, "the key is retired")
