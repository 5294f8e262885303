"""Tiles of the new dashboard, read for each request of a user while the flag is on. It is read when the pod starts."""

import os

from flask import Blueprint, g
from jarvis.users import is_from_a_user
from service.work import reading

blueprint = Blueprint("tiles", __name__)

ON = os.environ.get("FEATURE_NEW_DASHBOARD") == "true"
_TILES = "SELECT title FROM tiles ORDER BY place"


@blueprint.before_app_request
def find_tiles() -> None:
    """What any page may show beside its own."""
    if ON and is_from_a_user():
        with reading() as connection:
            g.tiles = [row[0] for row in connection.execute(_TILES).fetchall()]
