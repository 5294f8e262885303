"""What jarvis adds to the core. A release that ships a feature lists it here."""

from jarvis import assistant, conversations

BLUEPRINTS = (assistant.blueprint, conversations.blueprint)
