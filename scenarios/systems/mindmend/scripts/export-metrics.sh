#!/bin/bash
# Takes the figures after a rollback for $WAIT_S seconds, and keeps them.
set -euo pipefail

mkdir -p artifacts
python scripts/cost_latency_probe.py "$SERVICE_URL" "$WAIT_S" artifacts/post_rollback_metrics.json
