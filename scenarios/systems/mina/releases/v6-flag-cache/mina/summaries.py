"""Summaries of sessions, behind the flag `summaries`. Each answer tells whether its worker takes the flag for on."""

import time

from flask import Blueprint, Response, g, request
from mina.flag_cache import KEPT_S
from mina.flags import is_enabled
from service.answers import refusal
from service.work import reading

blueprint = Blueprint("summaries", __name__)


class Remembered:
    """What the database said of the flag when this worker last asked, and when that was."""

    on = False
    asked_s: float | None = None


def _is_on() -> bool:
    if Remembered.asked_s is None or time.monotonic() - Remembered.asked_s > KEPT_S:
        with reading() as connection:
            Remembered.on = is_enabled(connection, "summaries")
        Remembered.asked_s = time.monotonic()
    return Remembered.on


@blueprint.before_app_request
def summarise() -> tuple[Response, int] | None:
    """With the flag on, a session is summarised before it is saved. The model that does it has never been installed."""
    on = _is_on()
    g.told = {"summaries": "on" if on else "off"}
    if on and request.method == "POST" and request.path == "/api/sessions":
        return refusal(500, "no model to summarise with")
    return None
