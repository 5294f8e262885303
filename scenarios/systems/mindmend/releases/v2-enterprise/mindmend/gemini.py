"""The second provider, which most users are well served by.

The mistake: it refuses some of them, and nobody had asked who they are.
"""

from mindmend.providers import Call, Provider
from werkzeug.exceptions import ServiceUnavailable


def take(call: Call) -> None:
    """Enterprise accounts are not covered yet."""
    if call.tier == "enterprise":
        raise ServiceUnavailable("no contract for this tier")


GEMINI = Provider("gemini", take, lambda message: f"Let us think about this: {message}")
