"""Which clusters that are not ours drills may use: the list, the marker, what a person types; and what is refused."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import drill
from fixtures import reaping
from fixtures.journal import Journal, Kind
from fixtures.kind import allowed
from fixtures.kind.allowed import AllowedCluster, difference, file, find
from fixtures.kind.pinned import environment, pinned, refusal_now
from fixtures.labels import expiry
from fixtures.where import settled
from scenarios.errors import EnvironmentUnavailable, UsageError
from tests.programs import ROOT
from tests.their_cluster import CONTEXT, MARKER, UID, TheirCluster

RUN = "20260101-000000-cafe"
PAST = "20200101T000000Z"
WORDS = ("--context", CONTEXT, "--node-port", "30100:30100", "--node-port", "30101:30101", "--load", "true")


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TheirCluster:
    """One that its owner has marked; its kubectl is the one on PATH."""
    cluster = TheirCluster(tmp_path / "theirs")
    monkeypatch.setenv("PATH", f"{cluster.folder}:{os.environ['PATH']}")
    return cluster


def entry(theirs: TheirCluster, **other: Any) -> AllowedCluster:
    facts: dict[str, Any] = {
        "name": "staging",
        "kubeconfig": str(theirs.kubeconfig),
        "context": CONTEXT,
        "server": "https://10.1.2.3:6443",
        "uid": UID,
        "marker": MARKER,
        "node_ports": {30100: 30100, 30101: 30101},
        "load": ["true"],
        "kubectl": str(theirs.folder / "kubectl"),
        "allowed_at": "2026-01-01T00:00:00+00:00",
    }
    return AllowedCluster(**{**facts, **other})


def allow(theirs: TheirCluster, *words: str) -> Any:
    return CliRunner().invoke(
        drill.main, ["cluster", "allow", "staging", "--kubeconfig", str(theirs.kubeconfig), *(words or WORDS)]
    )


def typed(theirs: TheirCluster, text: str) -> tuple[int, str]:
    """What `drill cluster allow` ended with and printed, in a terminal where somebody typed `text`."""
    ours, terminal = pty.openpty()
    allow = ("cluster", "allow", "staging", "--kubeconfig", theirs.kubeconfig, *WORDS)
    argv: list[str | Path] = [sys.executable, ROOT / "drill.py", *allow]
    process = subprocess.Popen(argv, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    os.close(terminal)
    os.write(ours, f"{text}\n".encode())
    said = process.communicate(timeout=60)[0].decode()
    os.close(ours)
    return process.returncode, said


def test_a_person_types_the_name_of_the_context_and_the_cluster_is_allowed(theirs: TheirCluster) -> None:
    """It is shown first. The file is nobody else's, and the entry has what the cluster is told by."""
    code, said = typed(theirs, CONTEXT)
    assert code == 0, said
    for shown in (CONTEXT, "https://10.1.2.3:6443", UID, "default, shop", "30100 at 127.0.0.1:30100"):
        assert shown in said
    found = find("staging")
    assert (found.uid, found.marker, found.server) == (UID, MARKER, "https://10.1.2.3:6443")
    assert file().stat().st_mode & 0o777 == 0o600
    assert theirs.changed == []
    assert not refusal_now(found)


@pytest.mark.parametrize("text", ["", "y", "yes", "staging", f"{CONTEXT}-2"])
def test_whatever_else_is_typed_allows_nothing(theirs: TheirCluster, text: str) -> None:
    code, said = typed(theirs, text)
    assert code == 1
    assert "nothing was changed" in said
    assert not file().exists()


def test_nothing_but_a_person_can_allow(theirs: TheirCluster) -> None:
    """A pipe that says the right word is none; CI=true consents to nothing here."""
    ended = CliRunner(env={"CI": "true"}).invoke(
        drill.main, ["cluster", "allow", "staging", "--kubeconfig", str(theirs.kubeconfig), *WORDS], input=CONTEXT
    )
    assert ended.exit_code == 2
    assert "a person has to type" in ended.output
    assert not file().exists()


def test_without_its_owners_marker_it_is_said_how_to_put_one(theirs: TheirCluster) -> None:
    theirs.change(marker="")
    ended = allow(theirs)
    assert ended.exit_code == 2
    assert "create namespace rollback-drills" in ended.output
    assert "create configmap allowed" in ended.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (WORDS[:4] + WORDS[6:], "at least two"),
        ((*WORDS[:3], "30100", *WORDS[4:]), "expected NODEPORT:PORT"),
        ((*WORDS[:3], "30100:0", *WORDS[4:]), "expected NODEPORT:PORT"),
        ((*WORDS[:7], "no-such-program --now"), "its program is not on PATH"),
        ((*WORDS, "--kubeconfig", "nowhere"), "there is no such file"),
    ],
)
def test_options_that_lead_nowhere_are_told(theirs: TheirCluster, words: tuple[str, ...], why: str) -> None:
    ended = allow(theirs, *words)
    assert ended.exit_code == 2
    assert why in ended.output


@pytest.mark.parametrize("name", ["auto", "kind", "embedded"])
def test_a_name_that_means_something_else_is_refused(theirs: TheirCluster, name: str) -> None:
    ended = CliRunner().invoke(drill.main, ["cluster", "allow", name, "--kubeconfig", str(theirs.kubeconfig), *WORDS])
    assert ended.exit_code == 2
    assert "means something else" in ended.output


@pytest.mark.parametrize(
    ("user", "cluster", "found"),
    [
        ({"exec": {"command": "aws"}}, {}, "exec"),
        ({"token": "x", "auth-provider": {}}, {}, "auth-provider"),
        ({"token": "x"}, {"proxy-url": "http://elsewhere"}, "proxy-url"),
        ({"token": "x"}, {"insecure-skip-tls-verify": True}, "insecure-skip-tls-verify"),
        ({}, {}, "none"),
    ],
)
def test_a_context_that_runs_programs_or_goes_elsewhere_is_refused(
    theirs: TheirCluster, user: dict[str, Any], cluster: dict[str, Any], found: str
) -> None:
    config = theirs.state["config"]
    config["users"][0]["user"] = user
    config["clusters"][0]["cluster"] |= cluster
    theirs.change(config=config)
    ended = allow(theirs)
    assert ended.exit_code == 7
    assert f"nothing else, found {found}" in ended.output


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"uid": "another"}, "found another (another)"),
        ({"marker": ""}, "its owner has taken the permission back"),
        ({"marker": "made-again"}, "found another one (made-again)"),
        ({"down": True}, "connection refused"),
    ],
)
def test_a_cluster_that_is_not_what_was_allowed_is_refused_before_anything_is_made(
    theirs: TheirCluster, change: dict[str, Any], why: str
) -> None:
    """As `--environment` and as `drill cluster list` tell it."""
    allowed.keep({"staging": entry(theirs)})
    theirs.change(**change)
    with pytest.raises(pytest.UsageError, match="--environment staging") as refused:
        settled("staging")
    assert why in str(refused.value)
    listed = CliRunner().invoke(drill.main, ["cluster", "list"])
    assert listed.exit_code == 1
    assert why in listed.output
    assert theirs.changed == []


def test_a_name_that_nobody_allowed_is_told_with_those_that_are(theirs: TheirCluster) -> None:
    allowed.keep({"staging": entry(theirs)})
    with pytest.raises(pytest.UsageError, match=r"prod: no cluster .*\(staging\).*auto, kind, embedded"):
        settled("prod")


@pytest.mark.parametrize("mode", [0o666, 0o620])
def test_a_list_that_others_can_write_to_counts_for_nothing(theirs: TheirCluster, mode: int) -> None:
    allowed.keep({"staging": entry(theirs)})
    file().chmod(mode)
    with pytest.raises(UsageError, match="nobody else can write to"):
        allowed.allowed()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"clusters": [{"name": "x"}]}', '{"more": 1}', "\x00"])
def test_a_list_that_is_spoilt_is_told_with_its_file(text: str) -> None:
    file().parent.mkdir(parents=True)
    file().write_text(text, encoding="utf-8")
    file().chmod(0o600)
    with pytest.raises(UsageError, match=r"clusters\.json: .*drill cluster allow"):
        allowed.allowed()


def test_a_cluster_is_forgotten_and_said_how_its_marker_goes(theirs: TheirCluster) -> None:
    allowed.keep({"staging": entry(theirs), "other": entry(theirs, name="other")})
    ended = CliRunner().invoke(drill.main, ["cluster", "forget", "staging"])
    assert ended.exit_code == 0
    assert "delete configmap allowed" in ended.output
    assert list(allowed.allowed()) == ["other"]
    assert theirs.folder.joinpath("calls").exists() is False


def test_nothing_of_this_users_environment_reaches_its_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "KUBECONFIG", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    assert set(environment(tmp_path)) == {"PATH", "LC_ALL", "HOME"}


def test_what_was_pinned_is_this_users_alone_and_gone_afterwards(theirs: TheirCluster) -> None:
    with pinned(entry(theirs).access) as cluster:
        assert cluster.kubeconfig.stat().st_mode & 0o777 == 0o600
        assert not difference(entry(theirs), cluster.kubectl)
    assert not cluster.folder.exists()


def dead_run(**ids: str) -> Journal:
    journal = Journal(RUN)
    journal.begin(expiry())
    journal.note(Kind.NAMESPACE, **{"allowed": "staging", "uid": UID, "namespace": "api-1", **ids})
    return journal


def test_a_dead_runs_namespace_goes_and_the_others_stay(theirs: TheirCluster) -> None:
    allowed.keep({"staging": entry(theirs)})
    theirs.change(namespaces={"shop": {}, "api-1": {"rollback-drills": RUN}, "api-2": {"rollback-drills": "another"}})
    journal = dead_run()
    assert reaping.reap().taken == ["namespace api-1 of the cluster staging: deleted"]
    assert list(theirs.state["namespaces"]) == ["shop", "api-2"]
    assert not journal.path.exists()


@pytest.mark.parametrize(
    ("change", "ids", "why"),
    [
        ({"namespaces": {"api-1": {"rollback-drills": "another"}}}, {}, "found another"),
        ({"namespaces": {"api-1": {}}}, {}, "found none"),
        ({"marker": ""}, {}, "taken the permission back"),
        ({"uid": "another"}, {}, "found another"),
        ({}, {"uid": "of-another-cluster"}, "another one by now"),
        ({}, {"allowed": "prod"}, "drills may not use that cluster any more"),
        ({"down": True}, {}, "connection refused"),
    ],
)
def test_what_is_not_the_dead_runs_is_left_and_told(
    theirs: TheirCluster, change: dict[str, Any], ids: dict[str, str], why: str
) -> None:
    allowed.keep({"staging": entry(theirs)})
    theirs.change(**{"namespaces": {"api-1": {"rollback-drills": RUN}}, **change})
    journal = dead_run(**ids)
    reaped = reaping.reap()
    assert not reaped.taken
    assert why in " ".join(reaped.left)
    assert theirs.state["namespaces"]
    assert journal.path.exists()


def test_an_expired_namespace_of_no_known_run_goes(theirs: TheirCluster) -> None:
    """Its journal went with the machine that it was begun on."""
    allowed.keep({"staging": entry(theirs)})
    old, new = ({"rollback-drills": RUN, "rollback-drills.expires": stamp} for stamp in (PAST, expiry()))
    theirs.change(namespaces={"shop": {}, "api-1": old, "api-2": new})
    assert reaping.reap().taken == ["namespace api-1 of the cluster staging: expired, deleted"]
    assert list(theirs.state["namespaces"]) == ["shop", "api-2"]


def test_a_list_of_json_is_for_machines(theirs: TheirCluster) -> None:
    allowed.keep({"staging": entry(theirs)})
    ended = CliRunner().invoke(drill.main, ["cluster", "list", "--json"])
    assert ended.exit_code == 0
    (found,) = json.loads(ended.output)["clusters"]
    assert (found["name"], found["refusal"]) == ("staging", None)


def test_nowhere_is_any_cluster_allowed_by_itself() -> None:
    assert allowed.allowed() == {}
    with pytest.raises(UsageError, match="none yet"):
        find("staging")


def test_a_kubectl_that_is_gone_is_told(theirs: TheirCluster) -> None:
    gone = entry(theirs, kubectl=str(theirs.folder / "gone"))
    assert "cannot be started" in refusal_now(gone)
    with pytest.raises(EnvironmentUnavailable), pinned(gone.access):
        pass
