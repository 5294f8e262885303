"""What jarvis adds to the core, now with pauses.

The mistake of this release is in `jarvis/pauses.py`: it pauses before every request, not before the partner's.
"""

from jarvis import assistant, conversations, pauses

BLUEPRINTS = (assistant.blueprint, conversations.blueprint, pauses.blueprint)
