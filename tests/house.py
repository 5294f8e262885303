"""Which files are ours, and what a Python file of ours calls: used by the house tests."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_NOT_OURS = {".git", ".venv", ".tox", "build", "dist", "node_modules", "__pycache__"}


@cache
def all_files() -> tuple[Path, ...]:
    """Every file of the checkout but caches, environments and what runs leave, relative to the root."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        if path.is_dir():
            caches = path.name.endswith(("_cache", ".egg-info")) or path.name == ".hypothesis"
            if path.name not in _NOT_OURS and not caches and path != ROOT / "reports" / "out":
                yield from _walk(path)
        elif path.suffix != ".pyc":
            yield path.relative_to(ROOT)


def python_files() -> tuple[Path, ...]:
    """Every Python file of ours, the standalone programs (services, locustfiles, scripts) too."""
    return tuple(path for path in all_files() if path.suffix == ".py")


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file of ours."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """(dotted name as written, call) of every call in the file whose name can be told."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """`a.b.c` for an attribute chain, `a` for a name, and an empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    return ""


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of every import; name is empty for `import module`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from ((node.module, alias.name) for alias in node.names)
