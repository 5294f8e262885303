"""What mina adds to the core, with the archive."""

from mina import archive, flags, notes, segments, stream

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, notes.blueprint, archive.blueprint)
