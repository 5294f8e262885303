#!/bin/bash
# Undoes the last rollout and watches the Deployment until it is complete, or given up.
#
# The mistake: it takes the first state that knows of the undo at its word, as careful tools do. That state may repeat what
# the rollout before was told.
set -euo pipefail

now='{.metadata.generation} {.status.observedGeneration} {.status.conditions[?(@.type=="Progressing")].reason}{"\n"}'
coproc watch { exec kubectl get deployment jarvis-api -n "$NAMESPACE" --watch -o jsonpath="$now"; }
trap 'kill "$watch_PID"' EXIT
read -r undone _ <&"${watch[0]}" # the watch is there, and this is what is to be undone
kubectl rollout undo deployment/jarvis-api -n "$NAMESPACE"

while read -r generation observed reason; do
    echo "generation $generation, observed $observed: $reason"
    if ((observed <= undone || observed < generation)); then
        continue # what was before the undo
    fi
    case $reason in
        ProgressDeadlineExceeded)
            echo "undo failed: it exceeded its progress deadline"
            exit 1
            ;;
        NewReplicaSetAvailable)
            echo "undo complete"
            exit 0
            ;;
    esac
done <&"${watch[0]}"
