"""Which upper-case variables a bash block uses and sets: enough to find an undeclared parameter, no bash parser."""

import re
from collections.abc import Iterator, Mapping

from scenarios.runbook.model import Procedure
from scenarios.runbook.patterns import pattern_parameters

WELL_KNOWN = frozenset(
    {
        "BASH",
        "BASHPID",
        "BASH_COMMAND",
        "BASH_LINENO",
        "BASH_SOURCE",
        "BASH_VERSION",
        "COLUMNS",
        "DIRSTACK",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "HOME",
        "HOSTNAME",
        "HOSTTYPE",
        "IFS",
        "LANG",
        "LC_ALL",
        "LINENO",
        "LINES",
        "LOGNAME",
        "MACHTYPE",
        "MAPFILE",
        "OLDPWD",
        "OPTARG",
        "OPTERR",
        "OPTIND",
        "OSTYPE",
        "PATH",
        "PIPESTATUS",
        "PPID",
        "PWD",
        "RANDOM",
        "REPLY",
        "SECONDS",
        "SHELL",
        "SHELLOPTS",
        "SHLVL",
        "TERM",
        "TMPDIR",
        "UID",
        "USER",
    }
)

_USE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{[#!]?([A-Za-z_]\w*)(:?=)?)", re.ASCII)
_ASSIGN = re.compile(
    r"(?<![\w$\-./])([A-Z][A-Z0-9_]*)(?:\[[^\]]*\])?\+?="  # NAME=  NAME+=  NAME[0]=
    r"|\b(?:for|select)\s+([A-Z][A-Z0-9_]*)\b"
    r"|\b(?:read|mapfile|readarray|getopts|printf\s+-v)\b([^|;&<>\n]*)"
)
_NAME = re.compile(r"(?<![\w$\-])[A-Z][A-Z0-9_]*\b")
_ESCAPED = re.compile(r"\\.?", re.DOTALL)
_QUOTED = re.compile(
    r'(?P<double>"(?:\\.|[^"\\])*"?)'
    r"|'[^']*(?:'|(?P<unclosed>\Z))"
    r"|\\.?"
    r"|(?<![^ \t\n;&|(])#[^\n]*",  # a comment begins a word
    re.DOTALL,
)


def without_value(procedure: Procedure, values: Mapping[str, str]) -> list[str]:
    """The variables that the procedure uses or expects, sets nowhere itself, and that `values` does not hold."""
    known = set(values)
    missing: dict[str, None] = {}
    for step in procedure.steps:
        for pattern in (step.expect, step.reject):
            missing.update(dict.fromkeys(name for name in pattern_parameters(pattern or "") if name not in values))
        missing.update(dict.fromkeys(name for _, name in undeclared(step.script, known)))
    return list(missing)


def undeclared(script: str, known: set[str]) -> Iterator[tuple[int, str]]:
    """Yield (line in the script from 0, NAME) of each upper-case variable used before it is set; adds what it sets."""
    live = _without_dead_text(script)
    found: list[tuple[int, int, str]] = []
    for match in _USE.finditer(live):
        name = match[1] or match[2]
        found.append((match.start(), 0 if match[3] else 1, name))
    for match in _ASSIGN.finditer(live):
        names = [match[1] or match[2]] if match[1] or match[2] else _NAME.findall(match[3])
        # An assignment counts from its end, so that NAME="$NAME/x" is a use first.
        found.extend((_end_of_word(live, match.end()), 0, name) for name in names)
    for position, is_use, name in sorted(found):
        if not is_use:
            known.add(name)
        elif name.isupper() and name not in known and name not in WELL_KNOWN:
            yield live.count("\n", 0, position), name


def _end_of_word(text: str, start: int) -> int:
    """Where the word that begins at `start` ends, double quotes respected."""
    quoted = False
    for position in range(start, len(text)):
        char = text[position]
        if char == '"':
            quoted = not quoted
        elif not quoted and char in " \t\n;&|":
            return position
    return len(text)


def _without_dead_text(script: str) -> str:
    """The script with single-quoted text, escaped characters and comments blanked; positions stay the same.

    A lone apostrophe (in a here-document, say) would hide everything after it, so then nothing is hidden.
    """
    if any(match["unclosed"] is not None for match in _QUOTED.finditer(script)):
        return script
    return _QUOTED.sub(lambda match: _ESCAPED.sub(_blanked, match[0]) if match["double"] else _blanked(match), script)


def _blanked(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
