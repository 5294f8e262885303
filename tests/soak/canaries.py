"""Fifty secrets of a run, shown in twelve encodings wherever they can be: does one come out?"""

import tempfile
from pathlib import Path

from tests.bench.goals import Goal, Tell, Unmeasured
from tests.canaries import ENCODERS, plant
from tests.canary_runs import WAYS, leaked, shown, whole

TITLE = "secrets shown in twelve encodings on pass, fail, crash and --showlocals: none in any byte that comes out"
TAKES = "about 3 min"
CANARIES = 50


def run(tell: Tell) -> list[Goal]:
    """Every way a run can end."""
    found: dict[str, float] = {}
    size = 0
    for way in WAYS:
        planted = plant(CANARIES)
        with tempfile.TemporaryDirectory(prefix="soak-canaries-") as name:
            files = shown(Path(name) / "run", way, planted)
        if not whole(files) or not any(b"[redacted]" in data for data in files.values()):
            raise Unmeasured(f"{way}: the secrets were never shown")
        found[way] = len(leaked(files, planted))
        size += sum(map(len, files.values()))
        tell(f"{way}: {len(files)} files and streams, {found[way]:.0f} with a secret")
    return [
        Goal.at_most("secrets in a file or stream, by encoding", sum(found.values()), "places", 0, found),
        Goal.seen("secrets shown, each in every way", CANARIES, "secrets"),
        Goal.seen("encodings", len(ENCODERS), "encodings"),
        Goal.seen("bytes looked through", size / 1e6, "MB"),
    ]
