"""What jarvis adds to the core, now with a voice.

The mistake of this release is in `jarvis/voice.py`: it needs a library that its image does not have.
"""

from jarvis import assistant, conversations, voice

BLUEPRINTS = (assistant.blueprint, conversations.blueprint, voice.blueprint)
