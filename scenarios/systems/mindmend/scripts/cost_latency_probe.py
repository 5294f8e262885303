"""What answers cost in time, and whom they are paid to: `python scripts/cost_latency_probe.py URL SECONDS FILE`.

Asks for one therapy session after another for SECONDS, ten at least, and writes into FILE, as JSON: how many were
asked, how many were refused, the median and the 95th percentile in ms, and how many each provider answered.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles

from providers import ask

FEWEST = 10


def measure(url: str, seconds: float) -> dict[str, object]:
    """The figures of one client that asks again as soon as it is answered."""
    answered, taken_ms = Counter(), []
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(taken_ms) < FEWEST:
        began = time.monotonic()
        _, provider = ask(url, f"drill-{len(taken_ms)}")
        taken_ms.append((time.monotonic() - began) * 1000)
        answered[provider] += 1
    bad = answered.pop("none", 0)
    return {
        "requests": len(taken_ms),
        "bad": bad,
        "p50_ms": round(median(taken_ms), 1),
        "p95_ms": round(quantiles(taken_ms, n=20)[-1], 1),
        "providers": dict(answered),
    }


if __name__ == "__main__":
    figures = json.dumps(measure(sys.argv[1], float(sys.argv[2])), indent=1)
    Path(sys.argv[3]).write_text(figures + "\n", encoding="utf-8")
    sys.stdout.write(figures + "\n")
