"""What mina adds to the core. A release that ships a feature lists it here."""

from mina import flags, segments, stream, tracing

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, tracing.blueprint)
