"""Replies to sessions: how many there are of the newest one, for every page."""

from flask import Blueprint, current_app, g

blueprint = Blueprint("replies", __name__)

_COUNT = "SELECT count(*) FROM replies WHERE session_id = (SELECT max(id) FROM sessions)"


@blueprint.before_app_request
def count_replies() -> None:
    """Keep the count for whoever renders the page."""
    with current_app.extensions["database"].transaction() as connection:
        g.replies = connection.execute(_COUNT).fetchone()[0]
