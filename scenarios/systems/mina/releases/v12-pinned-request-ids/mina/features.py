"""What mina adds to the core. A release that ships a feature lists it here."""

from mina import flags, notes, segments, stream, tracing

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, notes.blueprint, tracing.blueprint)
