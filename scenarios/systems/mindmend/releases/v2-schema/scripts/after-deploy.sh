#!/bin/bash
# Goes on where `kubectl apply` ends: everybody has the new release.
set -euo pipefail

kubectl rollout status deployment/mindmend-backend -n "$NAMESPACE" --timeout=2m
