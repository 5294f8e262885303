"""What jarvis adds to the core, now with a plan for each tenant.

The mistake of this release is what was not merged with it: the migration that makes the table `tenants`.
"""

from jarvis import assistant, conversations, tenants

BLUEPRINTS = (assistant.blueprint, conversations.blueprint, tenants.blueprint)
