#!/bin/bash
# Goes on where `kubectl apply` ends: the canary is ready, and takes the place of one stable pod.
set -euo pipefail

kubectl rollout status deployment/mindmend-backend-canary -n "$NAMESPACE" --timeout=2m
kubectl scale deployment/mindmend-backend -n "$NAMESPACE" --replicas=3
