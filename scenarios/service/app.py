"""Puts the reference service together. A system's `main.py` calls `create_app` with its own endpoints."""

import os
from collections.abc import Iterable

from flask import Blueprint, Flask
from service import accounts, answers, health, metrics, sessions
from service.commands import Commands
from service.database import Database
from service.release import FOLDER

_LARGEST_BODY_BYTES = 1 << 20


def create_app(blueprints: Iterable[Blueprint] = (), database: Database | None = None) -> Flask:
    """The core plus `blueprints`, on `database` or else on $DATABASE_URL. Nothing is connected yet."""
    # Flask cannot find the folders of a package without __init__.py by itself.
    app = Flask("service", static_folder=None, root_path=str(FOLDER), instance_path=str(FOLDER / "instance"))
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY_BYTES
    app.extensions["database"] = database or Database(os.environ["DATABASE_URL"])
    app.cli = Commands(app, str(FOLDER / "migrations"))
    metrics.register(app)
    answers.register(app)
    for blueprint in (health.blueprint, sessions.blueprint, accounts.blueprint, *blueprints):
        app.register_blueprint(blueprint)
    return app
