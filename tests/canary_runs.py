"""Runs of pytest in which secrets are shown wherever they can be, and every byte that comes out of them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from scenarios.chain import verify
from tests.canaries import leaks
from tests.programs import ROOT, soon
from tests.test_session import shop

WAYS = {
    "pass": ["-k", "test_pass or test_skip", "-rA"],
    "fail": ["-k", "test_fail or test_assert or test_error", "-rA", "-vv"],
    "crash": ["-k", "test_pass or test_crash"],
    "--showlocals": ["-k", "test_fail or test_assert or test_error", "--showlocals", "-vv", "--tb=long"],
}


def shown(folder: Path, way: str, planted: Sequence[str]) -> dict[str, bytes]:
    """Show them in one way; every byte that came out, by the name of its file or stream."""
    folder.mkdir()
    (folder / "canaries.json").write_text(json.dumps(planted), encoding="utf-8")
    # elsewhere than here, whose conftest.py gives each test a state folder of its own
    cases = Path(shutil.copyfile(Path(__file__).with_name("canary_cases.py"), folder / "test_canary_cases.py"))
    out = folder / "out"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment = kept | {
        "ROLLBACK_DRILLS_OUT": str(out),
        "XDG_STATE_HOME": str(folder / "state"),
        "CANARIES": str(folder / "canaries.json"),
        "CANARY_WAY": way,
        "PYTHONPATH": str(ROOT),
    }
    argv = [sys.executable, "-m", "pytest", *WAYS[way], "--environment", "embedded", "-p", "no:cacheprovider"]
    argv += [f"--junitxml={out / 'junit.xml'}", "--systems", str(shop(folder / "shop"))]
    done = subprocess.run(
        [*argv, "drills/systems", str(cases)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert soon(lambda: not list((folder / "state").rglob("*.jsonl"))), "the reaper has not come to an end"
    return {"stdout": done.stdout, "stderr": done.stderr, **dict(_files(out))}


def _files(out: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(out.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(out)), path.read_bytes()


def leaked(files: dict[str, bytes], planted: Sequence[str]) -> list[str]:
    """Where they came out, and in which encoding."""
    return [f"{name}: {encoding}" for name, data in files.items() for encoding in dict.fromkeys(leaks(data, planted))]


def whole(files: dict[str, bytes]) -> bool:
    """Whether something came out at all, and the event logs are still what was written."""
    events = [data.split(b"\n")[:-1] for name, data in files.items() if name.endswith("events.jsonl")]
    return bool(events) and all(verify(lines) is None for lines in events)
