# The report of scripts/rollback.sh, which sources this: what is known is filled in, the rest is for those who were there.
cat <<END
# Rollback incident report

**Date:** $(date -u +%Y-%m-%d)
**Environment:** $namespace
**Triggered By:** ${USER:-unattended}
**Duration:** $((SECONDS - began)) s
**Outcome:** $outcome

## Issue Description

Release ${bad:-unknown} was taken back.

## Impact

To be filled in: users affected, services, how long.

## Timeline

$(printf '%s\n' "${events[@]}")

## Root Cause

To be filled in.

## Resolution

Rollout undone, to release ${good:-none}. The state before: backups/state/$namespace-$stamp.yaml

## Preventive Measures

## Action Items

## Lessons Learned
END
