"""Post one message to the incidents channel: `python service/scripts/post_incident.py TEXT`.

The channel is $INCIDENT_WEBHOOK. Ends with 0 once it has acknowledged the message, with 1 when it has not.
"""

import json
import os
import sys
import urllib.request

TIMEOUT_S = 10


def main(arguments: list[str]) -> int:
    """Send the words given."""
    message = json.dumps({"channel": "#incidents", "text": " ".join(arguments)}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["INCIDENT_WEBHOOK"], data=message, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            sys.stdout.write(answer.read().decode("utf-8", "replace") + "\n")
            return 0
    except OSError as error:
        sys.stderr.write(f"the channel did not take it: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
