#!/bin/bash
# Goes on where `kubectl apply` ends: green is ready, users are given green. Blue stays, as the way back.
set -euo pipefail

kubectl rollout status deployment/jarvis-api-green -n "$NAMESPACE" --timeout=2m
kubectl patch service jarvis-api -n "$NAMESPACE" -p '{"spec":{"selector":{"color":"green"}}}'
