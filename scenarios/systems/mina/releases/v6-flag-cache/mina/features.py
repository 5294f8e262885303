"""What mina adds to the core, with summaries behind a flag."""

from mina import flags, segments, stream, summaries

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, summaries.blueprint)
