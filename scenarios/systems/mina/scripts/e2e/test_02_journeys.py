"""What users come for, for after any rollback: `pytest scripts/e2e/test_02_journeys.py`. It saves one session."""

import uuid

from asking import first_event, send


def test_a_user_logs_in_saves_a_session_and_hears_it():
    """Log in, save, read back, look at the dashboard, listen to the live stream."""
    status, login = send("/login", {"user": "ada", "password": "drill-password"})
    assert status == 200
    session = {"id": str(uuid.uuid4()), "client": "journeys", "seq": 1, "body": "are we back?"}
    status, _ = send("/api/sessions", session)
    assert status == 201
    status, found = send(f"/api/sessions/{session['id']}")
    assert status == 200
    assert session.items() <= found.items()
    status, dashboard = send("/dashboard", token=login["token"])
    assert (status, dashboard["user"]) == (200, "ada")
    assert first_event(f"/api/sessions/{session['id']}/stream")["session"] == session["id"]


def test_a_wrong_password_does_not_log_in():
    assert send("/login", {"user": "ada", "password": "guess"})[0] == 401
