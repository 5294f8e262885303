"""What mina adds to the core, with receipts."""

from mina import flags, receipts, segments, stream

BLUEPRINTS = (receipts.blueprint, segments.blueprint, stream.blueprint, flags.blueprint)
