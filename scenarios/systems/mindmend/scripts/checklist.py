"""What a user does, once, and whether it works: `python scripts/checklist.py URL`. Ends with 1 where it does not."""

import json
import sys
import urllib.request
import uuid

TIMEOUT_S = 5
USER = {"user": "ada", "password": "drill-password"}


def ask(method: str, url: str, fields: dict[str, object] | None = None, token: str = "") -> dict[str, object]:
    """The answer; an HTTPError for any status that is not 2xx."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = None if fields is None else json.dumps(fields).encode()
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=TIMEOUT_S) as response:
        answer = json.load(response)
    return dict(answer)


def main(url: str) -> None:
    """Log in, talk, save a session, read it again, look at the dashboard."""
    token = str(ask("POST", f"{url}/login", USER)["token"])
    sys.stdout.write("login: ok\n")
    ask("POST", f"{url}/api/therapy-session", {"message": "test"})
    sys.stdout.write("therapy session: ok\n")
    session = {"id": f"checklist-{uuid.uuid4()}", "client": "checklist", "seq": 1, "body": "test"}
    ask("POST", f"{url}/api/sessions", session)
    if ask("GET", f"{url}/api/sessions/{session['id']}")["body"] != "test":
        sys.exit("saved: something else")
    sys.stdout.write("saved: ok\n")
    ask("GET", f"{url}/dashboard", token=token)
    sys.stdout.write("dashboard: ok\n")


if __name__ == "__main__":
    main(sys.argv[1])
