"""Profiles: what a provider may know of an account, looked up for each request."""

from flask import Blueprint, g
from mindmend.accounts import account, is_from_a_user
from service.work import reading

blueprint = Blueprint("profiles", __name__)

_PROFILE = "SELECT summary FROM profiles WHERE account = %s"


@blueprint.before_app_request
def find_profile() -> None:
    """An account without a profile has none; one without a table has nothing at all."""
    if is_from_a_user():
        with reading() as connection:
            row = connection.execute(_PROFILE, (account(),)).fetchone()
        g.profile = row[0] if row else ""
