"""Whose request it is, and which tier that account pays for."""

import zlib

from flask import request

_OF_THE_CLUSTER = ("/health", "/metrics")


def is_from_a_user() -> bool:
    """False for health checks and metrics."""
    return not request.path.startswith(_OF_THE_CLUSTER)


def account() -> str:
    """Who asks: named by a header, else told by the id that the request is about."""
    if "X-Account" in request.headers:
        return request.headers["X-Account"]
    if "nonce" in request.args:
        return request.args["nonce"]
    for value in (request.view_args or {}).values():
        return str(value)
    body = request.get_json(silent=True)
    return str(body.get("id", "")) if isinstance(body, dict) else ""


def tier_of(name: str) -> str:
    """Three accounts in ten are enterprise; the same account always is or never."""
    return "enterprise" if zlib.crc32(name.encode()) % 10 < 3 else "other"
