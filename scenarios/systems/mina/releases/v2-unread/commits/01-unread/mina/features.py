"""What mina adds to the core. A release that ships a feature lists it here."""

from mina import flags, segments, stream, unread

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, unread.blueprint)
