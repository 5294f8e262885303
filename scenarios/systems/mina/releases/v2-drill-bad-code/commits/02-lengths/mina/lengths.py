"""How long a transcript is, in characters."""

from collections.abc import Iterable


def length(texts: Iterable[str]) -> int:
    """Characters of all segments, with one space between two of them."""
    return len(" ".join(texts))
