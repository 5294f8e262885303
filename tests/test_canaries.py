"""No secret of a run comes out of it, in no encoding: not in a file, nor on the terminal, however the run ends."""

from pathlib import Path

import pytest

from tests.canaries import ENCODERS, plant
from tests.canary_runs import WAYS, leaked, shown, whole


@pytest.mark.parametrize("way", WAYS)
def test_no_canary_comes_out(way: str, tmp_path: Path) -> None:
    """Passed, failed, killed, and with local variables shown; `tox -e soak -- canaries` does it with 50."""
    planted = plant(4)
    files = shown(tmp_path / "run", way, planted)
    assert whole(files)
    assert leaked(files, planted) == []
    assert any(b"[redacted]" in data for data in files.values())
    if way != "crash":
        assert b"[redacted]" in files["stdout"]
        assert b"[redacted]" in files["junit.xml"]
    assert any(name.startswith("latest") or "allure-results" in name for name in files)


def test_the_search_finds_what_is_there() -> None:
    """A canary that nobody takes out is found in each encoding: else the tests above would prove nothing."""
    planted = plant(4)
    for name, encode in ENCODERS.items():
        for secret in planted:
            assert f"log: {name}" in leaked({"log": encode(f"a:{secret}@b")}, [secret])
