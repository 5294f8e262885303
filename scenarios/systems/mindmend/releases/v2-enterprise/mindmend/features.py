"""What mindmend adds to the core, now with a second provider.

The mistake of this release is in `mindmend/gemini.py`.
"""

from mindmend import providers, routing, therapy
from mindmend.gemini import GEMINI

providers.KNOWN[GEMINI.name] = GEMINI

BLUEPRINTS = (routing.blueprint, therapy.blueprint)
