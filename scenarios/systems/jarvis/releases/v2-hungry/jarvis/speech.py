"""Answers, read out: each recording is kept, as it takes a moment to make.

The mistake: the cache has no end. What it is looked up by is unique to each request, so nothing in it is found again.
"""

from flask import Blueprint, Response, request
from jarvis.users import is_from_a_user

blueprint = Blueprint("speech", __name__)

SECONDS = 12
SAMPLES_A_SECOND, BYTES_A_SAMPLE = 44_100, 4
_kept: dict[str, bytes] = {}


@blueprint.after_app_request
def keep_recording(response: Response) -> Response:
    """Of the answer that was just given: two megabytes."""
    if is_from_a_user():
        key = f"{request.url} {id(response)} {len(_kept)}"
        _kept[key] = b"\x7f" * (SECONDS * SAMPLES_A_SECOND * BYTES_A_SAMPLE)
    return response
