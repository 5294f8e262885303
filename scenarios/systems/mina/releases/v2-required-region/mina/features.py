"""What mina adds to the core, now with sessions by region.

The mistake of this release is what is missing: nothing here, or in the core, writes `sessions.region`, which its
migration makes required.
"""

from mina import flags, regions, segments, stream

BLUEPRINTS = (segments.blueprint, stream.blueprint, flags.blueprint, regions.blueprint)
