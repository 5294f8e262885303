"""Which requests come from users. The rest come from the cluster, which asks whether a pod lives and may be used."""

from flask import request

_OF_THE_CLUSTER = ("/health", "/metrics")


def is_from_a_user() -> bool:
    """False for health checks and metrics: what only users need must not decide whether a pod gets traffic."""
    return not request.path.startswith(_OF_THE_CLUSTER)
