"""`drill engine up` and `down` before anything happens: what they say they would do, to whom, and on whose word."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result

import drill
from fixtures.engine import apt, daemon, lifecycle
from fixtures.engine.docker import Docker
from fixtures.engine.images import Provider, Source
from fixtures.engine.places import Places
from fixtures.engine.steps import Step
from fixtures.waits import wait_until
from scenarios.errors import EnvironmentUnavailable


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A Debian 12 with nothing on it, seen by root; whatever would change it fails the test."""
    monkeypatch.setenv("ROLLBACK_DRILLS_ENGINE", str(tmp_path / "home"))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(lifecycle, "find_docker", lambda _: None)
    monkeypatch.setattr("fixtures.engine.status.find_docker", lambda _: None)
    monkeypatch.setattr(apt, "which", lambda name: Path("/usr/bin/apt-get") if name == "apt-get" else None)
    monkeypatch.setattr(apt, "codename", lambda: "bookworm")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    # another test, or a person, may be at work on the real engine
    monkeypatch.setattr(lifecycle, "LOCK_NAME", f"engine-{tmp_path}")

    def never(*_: object, **__: object) -> None:
        raise AssertionError("this machine was to be left as it is")

    monkeypatch.setattr(apt.Apt, "install", never)
    monkeypatch.setattr(daemon, "start", never)
    return Places(tmp_path / "home")


def run(*words: str) -> Result:
    return CliRunner().invoke(drill.main, ["engine", *words])


def test_without_consent_up_says_what_it_would_do_and_does_nothing(bare: Places) -> None:
    """What, how large, how long, and the words that let it: exit 7."""
    result = run("up")
    assert result.exit_code == 7
    for told in ("docker.io (Debian 13)", "MB to download", "docker daemon of our own", "min on two cores", "--yes"):
        assert told in result.output
    assert not bare.home.exists()


@pytest.mark.parametrize("how", ["option", "environment"])
def test_consent_is_an_option_or_ci(how: str, bare: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "environment":
        monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="left as it is"):
        lifecycle.up(source=Source.AUTO, yes=how == "option", tell=print)


def test_where_it_may_not_install_it_says_the_commands(bare: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not root: the same with sudo. Not Debian: what to install. Consent changes neither."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(EnvironmentUnavailable, match=r"only root can install.*sudo .* engine up --yes"):
        lifecycle.up(source=Source.AUTO, yes=True, tell=print)
    monkeypatch.setattr(apt, "codename", lambda: "")
    with pytest.raises(EnvironmentUnavailable, match=r"not Debian.*Docker 23.*kind@v0\.27\.0"):
        lifecycle.up(source=Source.AUTO, yes=True, tell=print)


def test_each_source_of_images_tells_its_own_price(bare: Places) -> None:
    told = {source: lifecycle.plan(bare, source, print)[-1].what for source in Source}
    assert "compile" not in told[Source.PULL]
    assert "compile" in told[Source.BUILD]
    assert "if a registry answers" in told[Source.AUTO]


def test_status_of_a_bare_machine_is_complete_and_no_success(bare: Places) -> None:
    result = run("status", "--json")
    assert result.exit_code == 7
    answer = json.loads(result.stdout)
    assert (answer["up"], answer["docker_host"], answer["images"]) == (False, None, [])
    assert answer["why"]
    assert answer["mend"] == "drill engine up"
    assert "never brought up" in run("status").output


def test_purge_needs_consent_and_down_does_not(bare: Places) -> None:
    bare.steps.mkdir(parents=True)
    assert run("down").exit_code == 0
    refused = run("down", "--purge")
    assert refused.exit_code == 7
    assert str(bare.home) in refused.output
    assert bare.steps.is_dir()
    assert run("down", "--purge", "--yes").exit_code == 0
    assert not bare.home.exists()


def test_a_process_id_that_went_to_somebody_else_is_not_our_daemon(
    bare: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This very process, for one: `down` must never end it."""
    monkeypatch.setattr(Places, "run", property(lambda self: self.home))
    bare.home.mkdir()
    bare.pid_file.write_text(str(os.getpid()), encoding="ascii")
    assert daemon.pid(bare) is None
    assert not daemon.stop(bare)


def test_a_killed_daemon_is_not_in_the_way_of_the_next(bare: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may be a zombie's, nobody's or a stranger's: the files that hold it are deleted all the same."""
    monkeypatch.setattr(Places, "run", property(lambda self: self.home))
    other = bare.run / "exec" / "containerd" / "containerd.pid"
    other.parent.mkdir(parents=True)
    with subprocess.Popen(["true"]) as zombie:
        wait_until("a zombie", lambda: (psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE or None, ""), 5.0)
        for number in (zombie.pid, os.getpid(), "no number"):
            bare.pid_file.write_text(str(number), encoding="ascii")
            other.write_text(str(number), encoding="ascii")
            daemon._forget_the_dead(bare)
            assert not bare.pid_file.exists()
            assert not other.exists()


def test_our_package_lists_stand_beside_the_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror is the machine's own; a newer suite only for what names it; no file of the system's."""
    calls: list[list[str]] = []

    def record(argv: list[str], **_: object) -> float:
        calls.append(list(argv))
        return 0.0

    monkeypatch.setattr(apt, "codename", lambda: "bookworm")
    monkeypatch.setattr(apt.Apt, "mirror", lambda _: "http://mirror.test/debian")
    monkeypatch.setattr(apt.Apt, "keyring", lambda _: Path("/keys.gpg"))
    monkeypatch.setattr(apt, "labour", record)
    ours = apt.Apt(Places(tmp_path))
    ours.install(apt.ENGINE, tmp_path / "log", print)
    folder = tmp_path / "apt" / "install"
    sources = (folder / "sources.list").read_text(encoding="utf-8")
    assert "deb [signed-by=/keys.gpg] http://mirror.test/debian bookworm main" in sources
    assert "deb [signed-by=/keys.gpg] http://mirror.test/debian trixie main" in sources
    assert "Pin: release n=trixie\nPin-Priority: 100" in (folder / "preferences").read_text(encoding="utf-8")
    assert 'Dir::Etc::sourceparts "/dev/null"' in (folder / "apt.conf").read_text(encoding="utf-8")
    assert [call[-1] for call in calls] == ["update", "kind/trixie"]
    assert "iptables" in calls[1]
    ours.config("bullseye", tmp_path / "log", print)
    ours.config("bullseye", tmp_path / "log", print)
    assert len(calls) == 3


def test_down_asks_before_it_takes_a_cluster_somebody_may_be_using(
    bare: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names what is there; without consent all of it stays."""
    taken: list[str] = []

    class Busy(Docker):
        def ours(self, kind: str) -> list[str]:
            return ["0123"] if kind == "container" else []

        def remove(self, kind: str, names: Sequence[str]) -> None:
            taken.extend(names)

    docker = Busy("unix:///nowhere.sock", Path("/bin/false"))
    monkeypatch.setattr(lifecycle, "find_docker", lambda _: docker)
    monkeypatch.setattr(lifecycle, "our_clusters", lambda _: ["rollback-drills-w0"] if not taken else [])
    refused = run("down")
    assert refused.exit_code == 7
    assert "rollback-drills-w0, 0123" in refused.output
    assert not taken
    monkeypatch.setattr(lifecycle, "which", lambda _: None)
    assert run("down", "--yes").exit_code == 0
    assert taken == ["0123"]


@pytest.mark.parametrize(
    ("present", "rest", "asks"),
    [(True, [], []), (False, ["service"], [False]), (False, [], [True])],
    ids=["all-there", "one-changed", "none-there"],
)
def test_only_what_takes_long_or_changes_the_machine_asks(
    present: bool, rest: list[str], asks: list[bool], bare: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short step that follows a change of our own files is made without a question."""
    monkeypatch.setattr(lifecycle, "find_docker", lambda _: Docker("unix:///nowhere.sock", Path("/bin/false")))
    monkeypatch.setattr(apt, "which", lambda name: Path("/usr/bin") / name)
    monkeypatch.setattr(Provider, "present", lambda *_: object() if present else None)
    steps = [Step(name=name, what=name, script="x.sh") for name in rest]
    monkeypatch.setattr(Provider, "short_rest", lambda *_: steps)
    assert [act.asks for act in lifecycle.plan(bare, Source.AUTO, print)] == asks
