"""What a scanner said of a candidate's migration before it ran (migration-scan.json). No verdict rests on it."""

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

NAME = "migration-scan.json"
SQL = "migration.sql"


class Finding(BaseModel):
    """One thing that the scanner warns of. `line` is that of migration.sql, from 1."""

    rule: str
    level: str
    line: int
    message: str


class Scan(BaseModel):
    """Of one candidate's migration. `why`: why it could not be scanned; nothing is known of it then."""

    schema_version: int = 1
    scanner: str = ""
    release: str
    after: str = ""  # the revision that it starts from
    why: str = ""
    findings: list[Finding] = []


def heads(sources: Iterable[str]) -> list[str]:
    """The Alembic revisions that no other of these migrations' sources follows. SyntaxError where one is no Python."""
    found: set[str] = set()
    followed: set[str] = set()
    for source in sources:
        told = _told(source)
        revision, down = told.get("revision"), told.get("down_revision")
        found |= {revision} if isinstance(revision, str) else set()
        followed |= {down} if isinstance(down, str) else set(down or ())
    return sorted(found - followed)


def _told(source: str) -> dict[str, Any]:
    """The literals that a module's own names are given."""
    told: dict[str, Any] = {}
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant | ast.Tuple | ast.List):
            told |= {each.id: ast.literal_eval(value) for each in targets if isinstance(each, ast.Name)}
    return told


def read_scan(folder: Path) -> Scan | str | None:
    """Of a drill's evidence folder; None where there is no such file, what is wrong with it where it cannot be read."""
    try:
        return Scan.model_validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        return f"{NAME} cannot be read: {str(error).splitlines()[0]}"
