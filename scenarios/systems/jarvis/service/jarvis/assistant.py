"""The assistant: one model is chosen for each request, and every answer to a user says which."""

from flask import Blueprint, Response, g
from jarvis import models
from jarvis.users import is_from_a_user
from service.answers import answer
from service.work import reading

blueprint = Blueprint("assistant", __name__)


@blueprint.before_app_request
def choose() -> None:
    """Every request of a user has its model before anything else happens."""
    if is_from_a_user():
        g.model = models.chosen()


@blueprint.after_app_request
def tell(response: Response) -> Response:
    """Which model served, for users and for whoever looks whether the configuration is the one wanted."""
    if "model" in g:
        response.headers["X-Assistant-Model"] = g.model.name
    return response


@blueprint.get("/api/assistant")
def show() -> tuple[Response, int]:
    """How the assistant is configured, as users meet it."""
    with reading():
        pass
    return answer(model=g.model.name, greeting=models.greeting())
