"""A look at SYSTEM_NAME through its own door: ready, and somebody can log in. It only reads.

`python scripts/smoke.py`, with the service's address in $SERVICE_URL. Exit status: 0 all is well, 1 it is not.
"""

import json
import os
import sys
import urllib.request

TIMEOUT_S = 5.0


def ask(path: str, token: str = "", **fields: str) -> dict[str, str]:
    """The JSON answer of `path`; a POST where there are fields. OSError for a refusal or no answer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = json.dumps(fields).encode() if fields else None
    request = urllib.request.Request(os.environ["SERVICE_URL"] + path, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        answer: dict[str, str] = json.load(response)
    return answer


def main() -> int:
    """Ask, and say what was seen."""
    try:
        print("ready:", ask("/health/ready")["status"])
        token = ask("/login", user="ada", password="drill-password")["token"]
        print("dashboard of:", ask("/dashboard", token)["user"])
    except (OSError, ValueError, KeyError) as error:
        print(f"something is wrong: {type(error).__name__}: {error}")
        return 1
    print("all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
