"""Stores: a request belongs to the shard of its id, and each shard has a store.

The mistake: SHARDS was raised to ten when three stores were ordered. They never came, and the list was not looked at.
"""

import zlib

from flask import Blueprint, g, request
from jarvis.users import is_from_a_user

blueprint = Blueprint("stores", __name__)

SHARDS = 10
STORES = {0: "ash", 1: "beech", 2: "cedar", 3: "elm", 4: "fir", 5: "hazel", 6: "larch"}


@blueprint.before_app_request
def find_store() -> None:
    """The store of this request, from its id."""
    if is_from_a_user():
        g.store = STORES[shard_of(_id_of_request())]


def shard_of(request_id: str) -> int:
    """From 0 to SHARDS - 1, the same for the same id on every pod."""
    return zlib.crc32(request_id.encode()) % SHARDS


def _id_of_request() -> str:
    """The id that the request is about; empty for one that is about none, such as logging in."""
    if "nonce" in request.args:
        return request.args["nonce"]
    for value in (request.view_args or {}).values():
        return str(value)
    body = request.get_json(silent=True)
    return str(body.get("id", "")) if isinstance(body, dict) else ""
