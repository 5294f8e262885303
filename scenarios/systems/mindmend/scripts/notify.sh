#!/bin/bash
# Tells the incidents channel, at $INCIDENT_WEBHOOK, in place of somebody who types: what happened, how it is, what is next.
set -euo pipefail

python service/scripts/post_incident.py "The canary's users were given to the stable pods of release $PREVIOUS_RELEASE;" \
    "$SERVICE_URL: everybody is answered by openai again. Next: figures, report, root cause."
