"""How much has been said in the newest sessions, for the badge beside each of them.

The mistake: one query for the list, and then one for every row of it, before each and every request.
"""

from flask import Blueprint, current_app, g

blueprint = Blueprint("unread", __name__)

_SHOWN = 12
_NEWEST = "SELECT id FROM sessions ORDER BY id DESC LIMIT %s"
_COUNT = "SELECT count(*) FROM segments WHERE session_id = %s"


@blueprint.before_app_request
def count_unread() -> None:
    """Keep the counts for whoever renders the page."""
    with current_app.extensions["database"].transaction() as connection:
        newest = connection.execute(_NEWEST, (_SHOWN,)).fetchall()
        g.unread = {row[0]: connection.execute(_COUNT, (row[0],)).fetchone()[0] for row in newest}
