#!/bin/bash
# Stands in for somebody who watches the canary for $WAIT_S seconds: who answers, and which pods there are.
set -euo pipefail

end=$((SECONDS + WAIT_S))
while ((SECONDS < end)); do
    python scripts/providers.py "$SERVICE_URL" 8
    kubectl get pods -n "$NAMESPACE" -l version=gemini --no-headers
    sleep 1
done
