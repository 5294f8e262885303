#!/bin/bash
# Tells the incidents channel, at $INCIDENT_WEBHOOK, in place of somebody who types.
set -euo pipefail

python service/scripts/post_incident.py "$SERVICE_URL went back to the checkpoint $CHECKPOINT"
