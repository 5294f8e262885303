"""What mina adds to the core, now with speakers.

The mistake of this release is one migration too many: `0004_required_speaker` belongs to a later release, whose writer
fills the column. It was merged early, between two harmless ones, and nobody looked at the batch as a whole.
"""

from mina import flags, segments, speakers, stream

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, speakers.blueprint)
