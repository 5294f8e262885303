"""mina, with four listeners on its live stream: workers replaced in different ways, and what each of them cuts."""

import pytest


@pytest.mark.scenario("mina", "restart-reload")
def test_graceful_reload(rehearse):
    """A graceful reload refuses no request, breaks off none, and ends every live stream in order."""
    rehearse()


@pytest.mark.scenario("mina", "restart-killed")
def test_hard_kill(rehearse):
    """`kill -9` and a start serve users again; the streams and requests that it cut are counted."""
    rehearse()


@pytest.mark.scenario("mina", "restart-pinned")
def test_worker_class_of_a_pinned_release(rehearse):
    """On a release that pins gunicorn 25.3, `--worker-class eventlet` starts and serves users again."""
    rehearse()


@pytest.mark.scenario("mina", "p0-stop-only")
def test_pkill_comes_back_too_early(rehearse):
    """Right after `pkill -f gunicorn` the service still runs: whoever goes on meets its last requests."""
    rehearse()


@pytest.mark.scenario("mina", "restart-killed-promised")
def test_promise_that_a_kill_cannot_keep(rehearse):
    """A hard kill that is said to cut nothing is red for the requests that it cut."""
    rehearse()


@pytest.mark.scenario("mina", "control-kills-workers")
def test_reload_that_kills(rehearse):
    """Control: a reload that kills workers brings everything back, and is red for the streams that it cut."""
    rehearse()
