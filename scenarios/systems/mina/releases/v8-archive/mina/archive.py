"""The archive of old sessions. The mistake: it asks for a table that another team was to make."""

from flask import Blueprint
from service.work import reading

blueprint = Blueprint("archive", __name__)


@blueprint.before_app_request
def count_archived() -> None:
    """How many sessions are archived, for a figure on every page."""
    with reading() as connection:
        connection.execute("SELECT count(*) FROM archive_figures")
