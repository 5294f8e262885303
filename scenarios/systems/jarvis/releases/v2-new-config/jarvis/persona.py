"""The second model, which answers as somebody.

The mistake: the variable was renamed in review, here and not in the ConfigMap.
"""

import os

from jarvis.models import Model, greeting


def swift_2() -> Model:
    """Answers as the persona that the ConfigMap names."""
    persona = os.environ["ASSISTANT_PERSONA"]
    return Model("swift-2", lambda question: f"{greeting()}, as your {persona} I say: {question}")
