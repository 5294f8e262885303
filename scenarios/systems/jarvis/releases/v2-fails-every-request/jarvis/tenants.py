"""Tenants: each request of a user is served under the plan of its tenant."""

from flask import Blueprint, g, request
from jarvis.users import is_from_a_user
from service.work import reading

blueprint = Blueprint("tenants", __name__)

_PLAN = "SELECT plan FROM tenants WHERE name = %s"


@blueprint.before_app_request
def find_plan() -> None:
    """The tenant's plan; a tenant that nobody knows has the free one."""
    if is_from_a_user():
        with reading() as connection:
            row = connection.execute(_PLAN, (request.headers.get("X-Tenant", "public"),)).fetchone()
        g.plan = row[0] if row else "free"
