"""Captions: sessions whose body is a caption file."""

from flask import Blueprint
from werkzeug.exceptions import BadRequest

blueprint = Blueprint("captions", __name__)

HEAD = "WEBVTT"


def check(body: object) -> None:
    """BadRequest unless `body` is a caption file."""
    if not isinstance(body, str) or not body.startswith(HEAD):
        raise BadRequest("the body is no caption file")
