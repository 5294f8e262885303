"""What jarvis adds to the core, now with tiles for the dashboard, behind a flag.

The mistake of this release is that the flag is on: the table of `jarvis/tiles.py` is not there yet.
"""

from jarvis import assistant, conversations, tiles

BLUEPRINTS = (assistant.blueprint, conversations.blueprint, tiles.blueprint)
