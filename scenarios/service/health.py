"""Health, liveness against the database, and version."""

import platform
import time

from flask import Blueprint, Response, g, jsonify, request
from service.answers import answer
from service.database import UNAVAILABLE
from service.release import RELEASE
from service.work import reading

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def alive() -> Response:
    """The process answers. It says nothing of the database: restarting us would not mend that."""
    return jsonify(status="healthy")


@blueprint.get("/health/detailed")
def detailed() -> tuple[Response, int]:
    """Each thing we depend on, with how long it took; 503 if any of them is not there."""
    started_ns = time.monotonic_ns()
    reachable = _database_answers()
    took_ms = round((time.monotonic_ns() - started_ns) / 1e6, 1)
    status = "healthy" if reachable else "unhealthy"
    checks = {"database": {"ok": reachable, "ms": took_ms}}
    body = jsonify(status=status, release=RELEASE, schema=g.get("schema"), checks=checks)
    return body, 200 if reachable else 503


@blueprint.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Whether traffic may be sent here."""
    if _database_answers():
        return jsonify(status="ready"), 200
    return jsonify(status="not ready"), 503


@blueprint.get("/api/ping")
def ping() -> tuple[Response, int]:
    """The caller's nonce back, after asking the database which schema it is at."""
    with reading():
        pass
    return answer(nonce=request.args.get("nonce"))


@blueprint.get("/api/version")
def version() -> tuple[Response, int]:
    """Release, schema and Python."""
    with reading():
        pass
    return answer(python=platform.python_version())


def _database_answers() -> bool:
    try:
        with reading():
            return True
    except UNAVAILABLE:
        return False
