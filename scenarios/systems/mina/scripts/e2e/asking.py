"""Requests to the service at $SERVICE_URL, for the suites beside this file."""

import json
import os
import urllib.error
import urllib.request
from typing import Any

TIMEOUT_S = 5
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def send(path: str, body: dict[str, Any] | None = None, token: str | None = None) -> tuple[int, dict[str, Any]]:
    """One request, POST where there is a body; status and JSON object."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["SERVICE_URL"] + path, data=content, headers=headers)
    try:
        with OPENER.open(request, timeout=TIMEOUT_S) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def first_event(path: str) -> dict[str, Any]:
    """The first event of a live stream."""
    with OPENER.open(os.environ["SERVICE_URL"] + path, timeout=TIMEOUT_S) as stream:
        line = stream.readline().decode()
    return json.loads(line.removeprefix("data: "))
