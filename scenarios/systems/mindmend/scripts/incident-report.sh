#!/bin/bash
# Begins the incident report from what is known by now; the rest is for those who were there.
set -euo pipefail

mkdir -p artifacts
bad=$(grep -c "ERROR" rollback_logs.txt || true)
cat >artifacts/incident-report.md <<END
# Incident report, $(date -u +"%Y-%m-%d %H:%M UTC")

## What triggered it

The canary asked another provider. Its log has $bad lines of errors; the first of them:

    $(grep -m 1 "ERROR" rollback_logs.txt || echo "none: look at the requests that were refused")

## What was done

1. The canary's log was kept, of every pod: rollback_logs.txt, $(wc -l <rollback_logs.txt) lines.
2. The stable pods, release $PREVIOUS_RELEASE, were scaled up to 4, and the canary's to 0.
3. The incidents channel was told.

## Impact

Whoever the canary answered, from when it was deployed until its last pod was gone. Since then:

$(sed "s/^/    /" artifacts/post_rollback_metrics.json)

## Root cause

Not known yet: to be found within 24 hours, by whoever deployed the canary.
END
cat artifacts/incident-report.md
