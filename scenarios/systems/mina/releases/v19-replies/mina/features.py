"""What mina adds to the core, with replies."""

from mina import flags, replies, segments, stream

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, replies.blueprint)
