"""How many sessions each region has: the half of the feature that was finished."""

from flask import Blueprint, Response
from service.answers import answer
from service.work import reading

blueprint = Blueprint("regions", __name__)


@blueprint.get("/api/regions")
def index() -> tuple[Response, int]:
    """Sessions by region."""
    with reading() as connection:
        rows = connection.execute("SELECT region, count(*) FROM sessions GROUP BY region ORDER BY region").fetchall()
    return answer(regions=dict(rows))
