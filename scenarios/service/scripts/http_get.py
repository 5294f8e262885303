"""Ask one URL and print the answer, for machines without curl: `python service/scripts/http_get.py URL`.

Ends with 0 when the answer's status is 2xx, with 22 (as `curl -f` does) when it is another, with 7 when there is none.
"""

import sys
import urllib.error
import urllib.request

TIMEOUT_S = 10


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0].startswith(("http://", "https://")):
        sys.stderr.write("usage: python service/scripts/http_get.py http://HOST:PORT/PATH\n")
        return 2
    # No proxy: the question is whether this service answers, not whether something in between does.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(arguments[0], timeout=TIMEOUT_S) as answer:
            sys.stdout.write(answer.read().decode("utf-8", "replace") + "\n")
            return 0
    except urllib.error.HTTPError as refusal:
        sys.stdout.write(refusal.read().decode("utf-8", "replace") + "\n")
        sys.stderr.write(f"{arguments[0]} answered {refusal.code} {refusal.reason}\n")
        return 22
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{arguments[0]} did not answer: {error}\n")
        return 7


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
