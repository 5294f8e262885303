"""The models in this image. Which of them answers is not decided here: the ConfigMap says it, as $ASSISTANT_MODEL."""

import os
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """A model and how it answers a question."""

    name: str
    reply: Callable[[str], str]


def greeting() -> str:
    """How an answer begins."""
    return os.environ.get("ASSISTANT_GREETING", "Hello")


def swift_1() -> Model:
    """Greets, and answers in one sentence."""
    return Model("swift-1", lambda question: f"{greeting()}. In one sentence: {question}")


def canned() -> Model:
    """Thinks of nothing. Users are served, and get nothing out of it."""
    return Model("canned", lambda _: "I cannot think about that now. Please ask again later.")


KNOWN: dict[str, Callable[[], Model]] = {"swift-1": swift_1}


def chosen() -> Model:
    """The model that the ConfigMap names. One that this image does not have is answered for by `canned`."""
    return KNOWN.get(os.environ.get("ASSISTANT_MODEL", ""), canned)()
