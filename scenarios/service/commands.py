"""`flask db …`, loaded only when somebody types it.

Alembic and SQLAlchemy take longer to import than the rest of the service together. Workers never use them, and while
a reload boots new workers nobody is served: so they are not paid for there.
"""

from typing import TYPE_CHECKING

from flask.cli import AppGroup

if TYPE_CHECKING:
    import click
    from flask import Flask


class Commands(AppGroup):
    """The application's commands, with Flask-Migrate's `db` among them."""

    def __init__(self, app: "Flask", directory: str) -> None:
        super().__init__()
        self._app = app
        self._directory = directory

    def list_commands(self, ctx: "click.Context") -> list[str]:
        return sorted({*super().list_commands(ctx), "db"})

    def get_command(self, ctx: "click.Context", cmd_name: str) -> "click.Command | None":
        if cmd_name == "db" and "db" not in self.commands:
            from flask_migrate import Migrate

            # Migrations are written by hand, so there are no models to compare and no `db` to give.
            Migrate(directory=self._directory).init_app(self._app)
        return super().get_command(ctx, cmd_name)
