"""Steps of the image build: named by what goes in, there only when whole, resumed after any kill."""

from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.engine import recipe, steps
from fixtures.engine.docker import Docker
from fixtures.engine.places import IMAGES, Places
from fixtures.engine.roles import Role
from fixtures.engine.steps import Kitchen, Step
from scenarios.errors import EnvironmentUnavailable
from tests.programs import program, soon

NO_DOCKER = Docker("unix:///nowhere.sock", Path("/bin/false"))

COOK = """
import sys
from pathlib import Path
from fixtures.engine import recipe, steps
from fixtures.engine.docker import Docker
from fixtures.engine.places import IMAGES, Places
steps.IMAGES = Path(sys.argv[1])
docker = Docker("unix:///nowhere.sock", Path("/bin/false"))
kitchen = steps.Kitchen(Places(Path(sys.argv[2])), docker, lambda _: {}, print)
kitchen.make([steps.Step(name="slow", what="be slow", script="slow.sh")])
"""


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of scripts in place of fixtures/images/."""
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "flour.sh").write_text('echo "$GRAIN" >"$OUT/flour"\n', encoding="utf-8")
    (folder / "bread.sh").write_text('cat "$IN_FLOUR/flour" salt 2>/dev/null >"$OUT/bread" || true\n', encoding="utf-8")
    (folder / "burnt.sh").write_text('echo half >"$OUT/bread"; echo too hot; exit 3\n', encoding="utf-8")
    monkeypatch.setattr(steps, "IMAGES", folder)
    return folder


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A home of the test's own."""
    return Places(tmp_path / "home")


FLOUR = Step(name="flour", what="mill", script="flour.sh", settings={"GRAIN": "rye"})
BREAD = Step(name="bread", what="bake", script="bread.sh", uses={"FLOUR": FLOUR})


def kitchen(places: Places, told: list[str] | None = None) -> Kitchen:
    return Kitchen(places, NO_DOCKER, lambda _: {}, (told if told is not None else []).append)


def test_what_is_used_is_made_first_and_each_step_once(scripts: Path, places: Places) -> None:
    """A second run makes nothing, and what only serves something present is not missed."""
    told: list[str] = []
    first = kitchen(places, told)
    first.make([BREAD])
    assert (first.folder(BREAD) / "bread").read_text(encoding="utf-8") == "rye\n"
    assert [line.split("]")[0] for line in told] == ["[1/2", "[1/2", "[2/2", "[2/2"]
    first.tidy([BREAD])
    assert not first.folder(FLOUR).exists()
    assert kitchen(places).missing([BREAD]) == []


def test_a_result_is_named_after_all_that_goes_in(scripts: Path) -> None:
    """Script, files, settings, and whatever the used steps are made from; not the words told to people."""
    names = {BREAD.result}
    names.add(replace(BREAD, settings={"OVEN": "stone"}).result)
    names.add(replace(BREAD, uses={"FLOUR": replace(FLOUR, settings={"GRAIN": "wheat"})}).result)
    names.add(replace(BREAD, files=("flour.sh",)).result)
    (scripts / "bread.sh").write_text("exit 0\n", encoding="utf-8")
    names.add(BREAD.result)
    (scripts / "bread.sh").chmod(0o755)
    names.add(BREAD.result)
    assert len(names) == 6
    assert replace(BREAD, what="something else", usual_s=1).result in names


def test_a_step_that_fails_leaves_nothing_that_looks_finished(scripts: Path, places: Places) -> None:
    """The error carries the step's last words and the path of its log."""
    burnt = Step(name="burnt", what="bake too long", script="burnt.sh")
    with pytest.raises(EnvironmentUnavailable, match=r"exited with 3: too hot; all of it: .*burnt\.log"):
        kitchen(places).make([burnt])
    assert not kitchen(places).folder(burnt).exists()
    assert kitchen(places).missing([burnt]) == [burnt]


def test_a_step_that_takes_too_long_is_ended(scripts: Path, places: Places) -> None:
    (scripts / "slow.sh").write_text("sleep 60\n", encoding="utf-8")
    slow = Step(name="slow", what="be slow", script="slow.sh", deadline_s=0.3)
    with pytest.raises(EnvironmentUnavailable, match=r"ended after 0\.3 s"):
        kitchen(places).make([slow])


def test_a_killed_build_dies_whole_and_the_next_one_goes_on(scripts: Path, places: Places) -> None:
    """SIGKILL in the middle of a step: its grandchildren end too, nothing looks finished, and a second run succeeds."""
    beats, attempts = scripts / "beats", scripts / "attempts"
    (scripts / "slow.sh").write_text(
        f'ls -A "$OUT" "$SCRATCH" >{scripts}/found; echo >>{attempts}; touch "$OUT/half" "$SCRATCH/half"\n'
        f'[ "$(wc -l <{attempts})" = 2 ] && exit 0\n'
        f"(while :; do echo . >>{beats}; sleep 0.05; done) & wait\n",
        encoding="utf-8",
    )
    slow = Step(name="slow", what="be slow", script="slow.sh")
    with program(COOK, str(scripts), str(places.home)) as cook:
        assert soon(beats.exists)
        cook.kill()
        cook.wait()
    assert soon(lambda: _still(beats))
    assert not kitchen(places).folder(slow).exists()
    kitchen(places).make([slow])
    assert kitchen(places).folder(slow).is_dir()
    # the second attempt began in empty folders
    assert "half" not in (scripts / "found").read_text(encoding="utf-8")


def _still(beats: Path) -> bool:
    """Whether nobody writes there any more."""
    before = beats.stat().st_size
    return not soon(lambda: beats.stat().st_size != before, within_s=0.4)


def test_what_a_step_keeps_outlives_it_until_tidied(scripts: Path, places: Places) -> None:
    (scripts / "keep.sh").write_text('echo x >>"$KEEP/cache"; [ -e "$KEEP/once" ] || { touch "$KEEP/once"; exit 1; }\n')
    keeper = Step(name="keeper", what="compile", script="keep.sh", keeps=True)
    with pytest.raises(EnvironmentUnavailable):
        kitchen(places).make([keeper])
    kitchen(places).make([keeper])
    assert (places.keep / "keeper" / "cache").read_text(encoding="utf-8") == "x\nx\n"
    kitchen(places).tidy([keeper])
    assert not places.keep.exists()
    assert not places.scratch.exists()


def test_the_real_recipe_names_files_that_exist() -> None:
    """Every script and every glob of the recipe finds something, and every step has a name of its own."""
    python = recipe.STEPS[Role.PYTHON]
    service = recipe.service_step(python.result, recipe.PYTHON_OF_BASE, built=python)
    found: dict[str, Step] = {}

    def walk(step: Step) -> None:
        assert found.setdefault(step.name, step).digest() == step.digest()
        assert (IMAGES / step.script).is_file()
        assert all(list(IMAGES.glob(pattern)) for pattern in step.files)
        for used in step.uses.values():
            walk(used)

    for step in [*recipe.STEPS.values(), service]:
        walk(step)
    assert len(found) == 16

    assert any(requirement.startswith("flask") for requirement in recipe.service_requirements())
