"""`-k AREA` selects exactly the drills of that area's folder."""

import os
import subprocess
import sys
from functools import cache

import pytest

from tests.house import ROOT

AREAS = sorted(
    folder.name
    for folder in (ROOT / "drills").iterdir()
    if folder.is_dir() and folder.name != "systems" and any(folder.glob("test_*.py"))
)


@cache
def collected(*options: str) -> frozenset[str]:
    """The ids that pytest collects in drills/ with these options."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "drills/", "--collect-only", "-q", "-p", "no:cacheprovider", *options]
    command += ["-p", "no:allure_pytest"]  # collecting must leave no results
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return frozenset(line for line in done.stdout.splitlines() if line.startswith("drills/") and "::" in line)


@pytest.mark.parametrize("area", AREAS)
def test_the_word_of_an_area_selects_its_folder_and_nothing_else(area: str) -> None:
    """-k is a substring of paths, names and marks, so an area's word may occur nowhere outside its own folder."""
    folder = frozenset(item for item in collected() if item.startswith(f"drills/{area}/"))
    assert folder, f"drills/{area}/ holds no drill"
    assert collected("-k", area) == folder
