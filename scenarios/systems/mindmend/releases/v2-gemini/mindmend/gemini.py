"""The second provider, as it is today.

The mistake: the project that pays for it has no quota left, and there is nothing to fall back to.
"""

from mindmend.providers import Call, Provider
from werkzeug.exceptions import ServiceUnavailable


def take(call: Call) -> None:
    """Every call is one too many."""
    raise ServiceUnavailable("quota exceeded")


GEMINI = Provider("gemini", take, lambda message: f"Let us think about this: {message}")
