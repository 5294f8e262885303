"""Ask for COUNT therapy sessions and print who answered whom: `python scripts/providers.py URL COUNT [AT_ONCE]`.

One line for each tier and provider, with how many: `enterprise openai 3`; `refused none 1` for whom nobody answered.
"""

import json
import sys
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

TIMEOUT_S = 5


def ask(url: str, account: str) -> tuple[str, str]:
    """(tier, provider) of one answer."""
    body = json.dumps({"message": "test"}).encode()
    headers = {"Content-Type": "application/json", "X-Account": account}
    request = urllib.request.Request(f"{url}/api/therapy-session", data=body, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as response:
            answer = json.load(response)
    except (OSError, ValueError):
        return "refused", "none"
    return answer["tier"], answer["provider"]


if __name__ == "__main__":
    url, accounts = sys.argv[1], [f"drill-{number}" for number in range(int(sys.argv[2]))]
    with ThreadPoolExecutor(int(sys.argv[3]) if len(sys.argv) > 3 else 1) as users:
        found = Counter(users.map(partial(ask, url), accounts))
    for (tier, provider), count in sorted(found.items()):
        sys.stdout.write(f"{tier} {provider} {count}\n")
