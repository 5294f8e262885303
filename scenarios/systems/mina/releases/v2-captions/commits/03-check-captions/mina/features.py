"""What mina adds to the core. A release that ships a feature lists it here."""

from mina import captions, flags, segments, stream

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, captions.blueprint)
