#!/bin/bash
# Goes on where `kubectl apply` ends: green is ready, users are given green, blue is put away.
#
# The mistake is in the last line, and in what the runbook makes of it: blue is the way back.
set -euo pipefail

kubectl rollout status deployment/jarvis-api-green -n "$NAMESPACE" --timeout=2m
kubectl patch service jarvis-api -n "$NAMESPACE" -p '{"spec":{"selector":{"color":"green"}}}'
kubectl scale deployment/jarvis-api-blue -n "$NAMESPACE" --replicas=0
