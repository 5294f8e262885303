"""A host's settings: brought by releases, kept apart from them, a copy from before each change, no value ever told."""

from pathlib import Path

import pytest

from fixtures.settings import Settings
from scenarios.model import System


@pytest.fixture
def system(tmp_path: Path) -> System:
    """v1 and v2 bring settings, v3 lies over v2 and brings none, v4 has nothing to do with any."""
    for release, files in {
        "v1": {"production.env": "# words\nLIMIT=10\nKEY=a=b\n"},
        "v2": {"production.env": "LIMIT=20\n"},
        "v3": {"BASE": "v2"},
        "v4": {"main.py": ""},
    }.items():
        folder = tmp_path / "shop" / "releases" / release
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    return System(name="shop", owner="o", database="shop", state_tables=(), folder=tmp_path / "shop")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "configuration")


def test_a_release_brings_its_settings_and_what_there_was_is_kept(system: System, settings: Settings) -> None:
    settings.bring(system, "v1")
    assert list((settings.folder / "backups").iterdir()) == []
    settings.bring(system, "v2")
    assert settings.file.read_text(encoding="utf-8") == "LIMIT=20\n"
    backup = settings.folder / "backups" / "before-v2.env"
    assert "KEY=a=b" in backup.read_text(encoding="utf-8")
    assert settings.file.stat().st_mode & 0o777 == 0o600


def test_settings_of_the_release_below_are_brought(system: System, settings: Settings) -> None:
    settings.bring(system, "v3")
    assert settings.file.read_text(encoding="utf-8") == "LIMIT=20\n"


def test_a_release_without_settings_leaves_them_alone(system: System, settings: Settings) -> None:
    settings.bring(system, "v4")
    assert settings.facts() == {}
    settings.bring(system, "v1")
    before = settings.facts()
    settings.bring(system, "v4")
    assert settings.facts() == before
    assert list((settings.folder / "backups").iterdir()) == []


def test_the_fact_names_what_differs_and_tells_no_value(system: System, settings: Settings) -> None:
    """Order and comments are no difference; a value is, and only its digest is told."""
    settings.bring(system, "v1")
    before = settings.facts()["configuration"]
    assert [pair.partition(":")[0] for pair in before.split(", ")] == ["KEY", "LIMIT"]
    assert "a=b" not in before
    settings.file.write_text("KEY=a=b\nLIMIT=10\n", encoding="utf-8")
    assert settings.facts()["configuration"] == before
    settings.file.write_text("KEY=a=b\nLIMIT=11\n", encoding="utf-8")
    now = settings.facts()["configuration"]
    assert now.split(", ")[0] == before.split(", ")[0]
    assert now.split(", ")[1] != before.split(", ")[1]
