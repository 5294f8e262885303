"""Smoke tests, for after any rollback: `pytest scripts/e2e/test_01_smoke.py`. They change nothing."""

from asking import send


def test_it_is_healthy():
    assert send("/health") == (200, {"status": "healthy"})


def test_it_reaches_its_database():
    status, body = send("/health/detailed")
    assert (status, body["checks"]["database"]["ok"]) == (200, True)


def test_it_says_which_release_it_is():
    status, body = send("/api/version")
    assert status == 200
    assert body["release"]
    assert body["schema"]
