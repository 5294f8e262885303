"""Prometheus metrics of one worker.

Each worker counts for itself and says so in the label `worker` of `service_release_info`: a scrape sees the worker
that happened to answer it. That keeps a scrape free of shared files, which would outlive the release they describe;
whoever needs the whole host asks until each worker has answered.
"""

import os
import time

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from service.release import RELEASE


def register(app: Flask) -> None:
    """Count and time every request of `app`, and serve the figures at /metrics."""
    registry = CollectorRegistry()
    requests = Counter("service_requests", "Requests answered.", ("method", "endpoint", "status"), registry=registry)
    seconds = Histogram("service_request_seconds", "Time to an answer.", ("method", "endpoint"), registry=registry)
    info = Gauge(
        "service_release_info", "Always 1; which release and worker answers.", ("release", "worker"), registry=registry
    )
    info.labels(RELEASE, str(os.getpid())).set(1)
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    @app.before_request
    def start() -> None:
        g.started_ns = time.monotonic_ns()

    @app.after_request
    def count(response: Response) -> Response:
        # The route, not the path: ids in a label would make one time series a session.
        endpoint = request.url_rule.rule if request.url_rule else "unknown"
        requests.labels(request.method, endpoint, str(response.status_code)).inc()
        seconds.labels(request.method, endpoint).observe((time.monotonic_ns() - g.started_ns) / 1e9)
        return response

    app.register_blueprint(blueprint)
