"""The least runbook that loads, for tests of what lies around it."""

from pathlib import Path

RUNBOOK = """# Sample

<!-- triggers -->
| signal | threshold | for | severity | procedure |
|---|---|---|---|---|
| error rate | > 5 % | 1 min | P1 | back |

## Back

<!-- procedure: id=back rto=5m rpo=0 clock=recovery -->

```bash name="nothing" deadline=5s
true
```

## Afterwards

<!-- verification: id=verification -->

```bash name="nothing" deadline=5s
true
```
"""

# what the simulated world rehearses
SIMULATED = """# Demo

## Back
<!-- procedure: id=back rto=5m rpo=0 -->
```bash name="undo" deadline=30s
echo undo
```

```bash name="look" deadline=30s
echo look
```

## Back, nobody says how fast
<!-- procedure: id=vague -->
```bash name="undo" deadline=30s
echo undo
```

## Check
<!-- verification: id=verification -->
```bash name="health" deadline=30s
echo ok
```

## When
<!-- triggers -->
| signal | threshold | for | severity | procedure |
|---|---|---|---|---|
| error rate | > 5 % | 1 min | P1 | back |
| no answers | - | 1 min | P0 | back |
| response time | > 20 % slower | 5 min | P1 | back |
"""


def write_runbook(folder: Path) -> None:
    """RUNBOOK.md with procedure `back`, signal `error rate` and a verification list, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "RUNBOOK.md").write_text(RUNBOOK, encoding="utf-8")
