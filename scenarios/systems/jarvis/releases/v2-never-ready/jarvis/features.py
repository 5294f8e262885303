"""What jarvis adds to the core, now with topics.

The mistake of this release is in `jarvis/topics.py`: it waits for a topic that it does not bring.
"""

from jarvis import assistant, conversations, topics

BLUEPRINTS = (assistant.blueprint, conversations.blueprint, topics.blueprint)
