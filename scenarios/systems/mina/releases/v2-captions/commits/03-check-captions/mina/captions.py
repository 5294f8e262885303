"""Captions: sessions whose body is a caption file."""

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

blueprint = Blueprint("captions", __name__)

HEAD = "WEBVTT"


def check(body: object) -> None:
    """BadRequest unless `body` is a caption file."""
    if not isinstance(body, str) or not body.startswith(HEAD):
        raise BadRequest("the body is no caption file")


@blueprint.before_app_request
def check_session() -> None:
    """Every session that is saved is checked."""
    if request.method == "POST" and request.path == "/api/sessions":
        check((request.get_json(silent=True) or {}).get("body"))
