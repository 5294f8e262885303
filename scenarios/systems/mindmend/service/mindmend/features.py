"""What mindmend adds to the core. A release that ships a feature, or another provider, lists it here."""

from mindmend import routing, therapy

BLUEPRINTS = (routing.blueprint, therapy.blueprint)
