"""What jarvis adds to the core, now with answers that are read out.

The mistake of this release is in `jarvis/speech.py`: recordings are kept, and none is ever thrown away.
"""

from jarvis import assistant, conversations, speech

BLUEPRINTS = (assistant.blueprint, conversations.blueprint, speech.blueprint)
