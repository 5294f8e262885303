"""Which release this process runs. Deploying writes the name to the file RELEASE beside `main.py`."""

from pathlib import Path

# Resolved once, at import: `current` may point at another release by the time a request asks.
FOLDER = Path(__file__).resolve().parent.parent
RELEASE = (FOLDER / "RELEASE").read_text(encoding="utf-8").strip()
