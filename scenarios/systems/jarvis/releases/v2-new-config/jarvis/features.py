"""What jarvis adds to the core, now with a second model.

The mistake of this release lies between `jarvis/persona.py` and its ConfigMap, which call the same thing by two names.
"""

from jarvis import assistant, conversations, models, persona

models.KNOWN["swift-2"] = persona.swift_2

BLUEPRINTS = (assistant.blueprint, conversations.blueprint)
