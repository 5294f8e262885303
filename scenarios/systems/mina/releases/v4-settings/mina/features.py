"""What mina adds to the core, with notes that are checked against settings."""

from mina import flags, notes, segments, stream

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, notes.blueprint)
