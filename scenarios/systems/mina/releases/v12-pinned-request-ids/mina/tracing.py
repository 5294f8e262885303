"""Request ids: every write carries one, so that it can be found again in the log.

The mistake: the header is added by a proxy that only staging has.
"""

from flask import Blueprint, current_app, request

blueprint = Blueprint("tracing", __name__)


@blueprint.before_app_request
def remember_id() -> None:
    """Log the id of a write."""
    if request.method == "POST":
        current_app.logger.debug("request %s", request.headers["X-Request-Id"])
