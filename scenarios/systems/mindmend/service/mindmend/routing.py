"""Every request of a user has its provider before anything else happens, and every answer says which."""

import os
import sys

from flask import Blueprint, g, request
from mindmend import providers
from mindmend.accounts import account, is_from_a_user, tier_of

blueprint = Blueprint("routing", __name__)

sys.stderr.write(f"Initializing AI client with provider: {os.environ.get('AI_PROVIDER', 'openai')}\n")


@blueprint.before_app_request
def choose() -> None:
    """Told before the provider is asked, so that a refusal says whose it is."""
    if is_from_a_user():
        call = providers.Call(tier=tier_of(account()), path=request.path)
        g.provider, g.tier = providers.chosen(call), call.tier
        g.told = {"provider": g.provider.name}
        g.provider.take(call)
