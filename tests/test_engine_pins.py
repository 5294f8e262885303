"""Which images are pulled: read from one file, and resolved once."""

from pathlib import Path

import pytest

from fixtures.engine.pins import PINNED, Lock, load_pins, pins_file
from scenarios.errors import UsageError

GOOD = "\n".join(["[images]", *(f'{role} = "{role}:1"' for role in PINNED)])


def test_our_pins_name_every_role_and_invent_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLLBACK_DRILLS_PINS", raising=False)
    pins = load_pins(pins_file())
    assert set(pins) == set(PINNED)
    assert "sha256" not in pins_file().read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[images]",
        GOOD.replace('"redis:1"', '"redis"'),
        GOOD + '\nnginx = "nginx:1"',
        "[images",
        "[images]\nredis = 3",
    ],
)
def test_a_pins_file_that_cannot_be_meant_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "pins.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"pins\.toml"):
        load_pins(path)
    with pytest.raises(UsageError, match="nowhere"):
        load_pins(tmp_path / "nowhere")


def test_the_lock_keeps_what_a_tag_first_meant(tmp_path: Path) -> None:
    """It lies beside the pins file that it belongs to, and is read again by the next process."""
    lock = Lock(tmp_path / "pins.toml")
    assert lock.digest("redis:1") is None
    lock.keep("redis:1", "sha256:aa")
    lock.keep("haproxy:1", "sha256:bb")
    assert lock.path == tmp_path / "pins.lock.json"
    assert Lock(tmp_path / "pins.toml").digest("redis:1") == "sha256:aa"
    assert [path.name for path in tmp_path.iterdir()] == ["pins.lock.json"]
