"""Spoilt input: texts and JSON that somebody changed, and what a command then says to its user."""

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import drill

PIECES = (
    "",
    "\0",
    "\x1b[2J",
    "﻿",
    "```",
    "<!--",
    "-->",
    "|",
    "---",
    "deadline=",
    'name="',
    "procedure: id=",
    "${NAME}",
    "$NAME",
    "5m",
    "-1s",
    "1e999",
    "NaN",
    "null",
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    "\\ud800",
    "\n",
    "\r\n",
    "\t",
    "é",
    "9" * 40,
    "a" * 300,
    "(" * 200,
)
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    float("nan"),
    "",
    "x",
    "\0",
    [],
    {},
    [[]],
    {"": 1},
)
# exit codes that the commands' help knows; 2 is click's for what was given wrong
CODES = frozenset({0, 1, 2, 6, 7})


def spoil_text(text: str, chance: random.Random) -> str:
    """Change one to three places: a piece put in, a stretch taken out, doubled or moved, or the end cut off."""
    for _ in range(chance.randint(1, 3)):
        at, until = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        until = min(until, at + chance.choice([1, 5, 40, 400]))
        piece = chance.choice(PIECES)
        text = chance.choice(
            [
                text[:at] + piece + text[at:],
                text[:at] + piece + text[until:],
                text[:at] + text[until:],
                text[:until] + text[at:],
                text[:at],
            ]
        )
    return text


def spoil_json(value: Any, chance: random.Random) -> Any:
    """Put something odd in the place of one thing in it, take one away, or add one."""
    value = json.loads(json.dumps(value))
    places = list(_places(value))
    if not places:
        return chance.choice(ODD)
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder["unheard-of"] = chance.choice(ODD)
        case 2:
            holder[key] = [holder[key]]
        case _:
            holder[key] = chance.choice(ODD)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(list or dict, index or key) of everything in it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


def spoil_file(path: Path, chance: random.Random) -> None:
    """In one of several ways: as JSON (or one of its lines), as text, as bytes, or altogether."""
    data = path.read_bytes()
    match chance.randrange(6):
        case 0:
            path.unlink()
        case 1:
            path.write_bytes(b"")
        case 2:
            path.write_bytes(data[: chance.randrange(len(data) + 1)] + chance.randbytes(chance.randint(1, 20)))
        case 3:
            path.write_text(spoil_text(data.decode("utf-8", "replace"), chance), encoding="utf-8")
        case _ if path.suffix in (".json", ".jsonl"):
            _spoil_as_json(path, data, chance)
        case _:
            path.write_text(spoil_text(data.decode("utf-8", "replace"), chance), encoding="utf-8")


def _spoil_as_json(path: Path, data: bytes, chance: random.Random) -> None:
    if path.suffix == ".json":
        path.write_text(json.dumps(spoil_json(json.loads(data), chance)), encoding="utf-8")
        return
    lines = data.decode().splitlines()
    if lines:
        number = chance.randrange(len(lines))
        lines[number] = json.dumps(spoil_json(json.loads(lines[number]), chance))
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def spoilt_run(run: Path, target: Path, chance: random.Random) -> str:
    """A copy of a stored run, one file of it spoilt: which."""
    shutil.copytree(run, target)
    files = sorted(path for path in target.rglob("*") if path.is_file() and path.suffix not in (".svg", ".html"))
    path = chance.choice(files)
    spoil_file(path, chance)
    return str(path.relative_to(target))


def said(*words: str) -> Result:
    """What the command line says to these words."""
    return CliRunner().invoke(drill.main, list(words))


def words(chance: random.Random, real: Sequence[str]) -> list[str]:
    """A command line: verbs and options that there are, and things that are none."""
    odd = [*(piece for piece in PIECES if piece), "latest", "--json", "--help", "--", "-", "/", "..", "/dev/null", "-x"]
    return [chance.choice(real) if chance.random() < 0.5 else chance.choice(odd) for _ in range(chance.randint(0, 4))]


def complaint(result: Result) -> str:
    """What is wrong with an answer, as a user would see it; empty where nothing is."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return f"an error of ours: {type(result.exception).__name__}: {result.exception}"
    if "Traceback (most recent call last)" in result.output:
        return "a traceback"
    if result.exit_code not in CODES:
        return f"exit code {result.exit_code}"
    if result.exit_code and not result.output.strip():
        return "an exit code and no word"
    return ""
