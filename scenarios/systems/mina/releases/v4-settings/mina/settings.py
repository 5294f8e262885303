"""What mina is configured with: NAME=value lines of the host's `production.env`, read once, when a worker starts."""

import hashlib
import os
from pathlib import Path

FILE = Path(os.environ.get("CONFIGURATION", "configuration")) / "production.env"


def _read(text: str) -> dict[str, str]:
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


VALUES = _read(FILE.read_text(encoding="utf-8") if FILE.is_file() else "")
DIGEST = hashlib.sha256(repr(sorted(VALUES.items())).encode()).hexdigest()[:8]  # which they are, without saying them


def setting(name: str) -> str:
    """The value of a setting; KeyError where there is none."""
    return VALUES[name]
