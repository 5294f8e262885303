"""What mindmend adds to the core, now with a second provider and profiles.

The mistake of this release is in `mindmend/profiles.py`: its table is not there.
"""

from mindmend import profiles, providers, routing, therapy
from mindmend.gemini import GEMINI

providers.KNOWN[GEMINI.name] = GEMINI

BLUEPRINTS = (routing.blueprint, profiles.blueprint, therapy.blueprint)
