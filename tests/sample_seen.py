"""What the probe found of itself and of users in a synthetic drill."""

from scenarios.results import Availability, Calibration, Interval, LaneFigures, Window

CALIBRATION = Calibration(outages=15, p50_ms=1.13, p99_ms=4.02, max_ms=4.07, by_shape_ms={"503": 2.41, "refuse": 4.07})


def availability(first_good_s: Interval | None) -> Availability:
    """One lane that was always served, one of which nothing was."""
    latency_ms = {"p50": 3.71, "p90": 7.02, "p99": 44.04, "p99.9": 61.55, "max": 70.2}
    lanes = [
        LaneFigures(lane="read", planned=500, sent=498, dropped=2, bad=0, latency_ms=latency_ms),
        LaneFigures(lane="write", planned=500, sent=498, dropped=2, bad=498, latency_ms={}),
    ]
    worst = [Window(window_s=1.0, uptime=0.7213), Window(window_s=5.0, uptime=0.99996)]
    return Availability(first_good_s=first_good_s, bad_s=3.412, stretches=41, worst=worst, lanes=lanes)
