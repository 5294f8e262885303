"""Calendar waits: what a drill waits in the place of a day, and that it says so."""

from pathlib import Path

import pytest

from scenarios.runbook import load_runbook, with_waits
from scenarios.runbook.model import CALENDAR_CAP_S

RUNBOOK = """\
# Demo

## Keep
<!-- procedure: id=keep -->
<!-- manual: name="Keep it" adapted="keep.sh" wait={wait} deadline=1m -->
```bash name="drop" deadline=30s
echo dropped
```
"""


@pytest.mark.parametrize(
    ("wait", "time_scale", "instead_s"),
    [("24h", 0.02, 5), ("24h", 1.0, 5), ("2m", 0.02, 3), ("1s", 0.02, 1)],
)
def test_a_wait_is_scaled_and_never_longer_than_its_cap(
    tmp_path: Path, wait: str, time_scale: float, instead_s: int
) -> None:
    """Whole seconds, at least one: what is looked at meanwhile is looked at, at any scale."""
    (tmp_path / "keep.sh").write_text("sleep $WAIT_S\n", encoding="utf-8")
    (tmp_path / "RUNBOOK.md").write_text(RUNBOOK.format(wait=wait), encoding="utf-8")
    procedure = load_runbook(tmp_path / "RUNBOOK.md").procedure("keep")
    timed = with_waits(procedure, time_scale)
    keep, drop = timed.steps
    assert instead_s <= CALENDAR_CAP_S
    assert keep.script.startswith(f"WAIT_S={instead_s} # in place of ")
    assert keep.script.endswith(procedure.steps[0].script)
    assert keep.deadline_s == 60 + instead_s
    assert drop == procedure.steps[1]
