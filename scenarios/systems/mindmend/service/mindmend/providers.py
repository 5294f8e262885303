"""The AI providers in this image. Which of them answers is said by the Deployment, as $AI_PROVIDER."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.exceptions import ServiceUnavailable


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a provider: for whom (`tier`), and under which path."""

    tier: str
    path: str


@dataclass(frozen=True, slots=True)
class Provider:
    """`take` raises ServiceUnavailable for a call that the provider refuses; `reply` answers a message."""

    name: str
    take: Callable[[Call], None]
    reply: Callable[[str], str]


def takes_all(call: Call) -> None:
    """A provider that refuses nobody."""


def refuses(call: Call) -> None:
    """What stands in for a provider that this image does not have."""
    raise ServiceUnavailable("no such provider")


KNOWN = {"openai": Provider("openai", takes_all, lambda message: f"You say: {message}. Tell me more.")}
ENTERPRISE, SESSIONS = "AI_PROVIDER_FOR_ENTERPRISE", "AI_PROVIDER_FOR_SESSIONS"


def named(call: Call) -> str:
    """The provider for this call: that of its tier, else that of its endpoint, else the one for all."""
    if call.tier == "enterprise" and ENTERPRISE in os.environ:
        return os.environ[ENTERPRISE]
    if call.path.startswith("/api/sessions") and SESSIONS in os.environ:
        return os.environ[SESSIONS]
    return os.environ.get("AI_PROVIDER", "openai")


def chosen(call: Call) -> Provider:
    """The provider that answers this call."""
    name = named(call)
    return KNOWN.get(name) or Provider(name, refuses, str)
