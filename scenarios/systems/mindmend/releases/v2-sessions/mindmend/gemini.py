"""The second provider, which most users are well served by.

The mistake: it refuses some of them, and nobody had asked who they are.
"""

from mindmend.providers import Call, Provider
from werkzeug.exceptions import ServiceUnavailable


def take(call: Call) -> None:
    """What is written into sessions looks dangerous to it."""
    if call.path.startswith("/api/sessions"):
        raise ServiceUnavailable("blocked by the safety filter")


GEMINI = Provider("gemini", take, lambda message: f"Let us think about this: {message}")
