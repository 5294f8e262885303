"""mindmend: something is in the way of the way back: a pod that may not go, a migration that came along."""

import re

import pytest


@pytest.mark.scenario("mindmend", "stuck-pod")
def test_pod_with_a_finalizer(rehearse):
    """Force does not take away what a finalizer holds; users are served all the same."""
    rehearse()


@pytest.mark.scenario("mindmend", "stuck-pod-corrected")
def test_pod_with_a_finalizer_corrected(rehearse):
    """Without its finalizer the pod goes, and everybody is answered as before."""
    rehearse()


@pytest.mark.scenario("mindmend", "deaf-pod")
def test_pod_that_does_not_hear(rehearse):
    """Force ends a pod whose process ignores that it is to go, and everybody is answered as before."""
    rehearse()


@pytest.mark.scenario("mindmend", "deaf-pod-left")
def test_pod_that_does_not_hear_left_alone(rehearse, drill_run):
    """Not forced, no user is sent to it any more, and all are answered as before: force helps none of them."""
    record = rehearse()
    pods = (drill_run.folder / record.evidence / "kubernetes" / "pods.txt").read_text(encoding="utf-8")
    assert re.search(r"^mindmend-backend-canary-\S+ .* Terminating ", pods, re.MULTILINE), "it did hear, and is gone"


@pytest.mark.scenario("mindmend", "downgrade")
def test_migration_undone_in_a_pod(rehearse):
    """A downgrade run in a pod of the bad release serves users again and loses no acknowledged write."""
    rehearse()


@pytest.mark.scenario("mindmend", "control-noop-exec")
def test_migration_that_is_not_undone(rehearse):
    """A command that was never run in the pod leaves the column where it was: red."""
    rehearse()
