"""What jarvis adds to the core, now with replies as pages.

The mistake of this release is in `jarvis/pages.py`: it needs a library that its image does not have.
"""

from jarvis import assistant, conversations, pages

BLUEPRINTS = (assistant.blueprint, conversations.blueprint, pages.blueprint)
