#!/bin/bash
# The whole way back in eight steps: `bash scripts/rollback.sh NAMESPACE`, with SERVICE_URL in the environment.
#
# Asks on standard input and takes nothing but "yes" for a yes. Ends with 0 when users have the release of before and the
# smoke tests hold, with 3 when nobody said yes, with anything else when a step failed. There is a report in each case but 3.
set -euo pipefail

namespace=${1:?namespace}
deployment=deployment/jarvis-api
began=$SECONDS
stamp=$(date -u +%Y%m%d-%H%M%S)
report=logs/incidents/incident-$namespace-$stamp.md
outcome=failed
events=()

say() {
    events+=("- $(date -u +%H:%M:%S) $*")
    echo "$*"
}
release() {
    kubectl get "$deployment" -n "$namespace" -o jsonpath='{.spec.template.metadata.labels.release}'
}

say "1/8 confirm: undo the last rollout of $namespace?"
read -r -p "yes or no: " answer || answer=none
if [[ $answer != yes ]]; then
    echo "answered ${answer}: nothing was changed"
    exit 3
fi

write_report() {
    mkdir -p logs/incidents
    source scripts/incident-report.sh >"$report"
    echo "8/8 report: $report"
}
trap write_report EXIT

say "2/8 keep the state of now"
mkdir -p backups/state
kubectl get deployments,services,configmaps -n "$namespace" -o yaml >"backups/state/$namespace-$stamp.yaml"
bad=$(release)

say "3/8 undo the last rollout, of release $bad"
kubectl rollout undo "$deployment" -n "$namespace"

say "4/8 wait"
kubectl rollout status "$deployment" -n "$namespace" --timeout=5m
while kubectl get pods -n "$namespace" -l app=jarvis-api | grep Terminating >/dev/null; do sleep 1; done

say "5/8 verify"
good=$(release)
if [[ $good == "$bad" ]]; then
    say "still release $bad"
    exit 1
fi

say "6/8 database: left as it is, at $(psql -Atc 'SELECT version_num FROM alembic_version')"

say "7/8 smoke tests"
bash scripts/smoke-tests.sh "$SERVICE_URL" "$good"

outcome=complete
say "rollback complete: from $bad to $good in $((SECONDS - began)) s"
