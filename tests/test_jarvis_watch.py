"""jarvis undoes and watches by a script: careful about what was before the undo, fooled by what was left of it."""

import os
import subprocess
from pathlib import Path

import pytest

from scenarios.registry import built_in

SCRIPT = built_in("jarvis").folder / "scripts" / "undo-and-watch.sh"
GIVEN_UP = "2 2 ProgressDeadlineExceeded"
UNOBSERVED = "3 2 ProgressDeadlineExceeded"
# one line at once, the others when the undo has come; then it goes on watching, as kubectl does
KUBECTL = """#!/bin/bash
if [[ $1 == rollout ]]; then
    echo "deployment.apps/jarvis-api rolled back"
    echo > "$GATE"
    exit
fi
read -r first < "$STATES"
echo "$first"
read -r < "$GATE"
tail -n +2 "$STATES"
exec sleep 20
"""


@pytest.mark.parametrize(
    ("after", "status", "last"),
    [
        ([UNOBSERVED, "3 3 ReplicaSetUpdated", "3 3 NewReplicaSetAvailable"], 0, "undo complete"),
        ([UNOBSERVED, "4 4 NewReplicaSetAvailable"], 0, "undo complete"),
        # the mistake that the drill is about: this is of the rollout that was undone
        (
            [UNOBSERVED, "3 3 ProgressDeadlineExceeded", "3 3 NewReplicaSetAvailable"],
            1,
            "undo failed: it exceeded its progress deadline",
        ),
    ],
)
def test_the_first_state_that_knows_of_the_undo_decides(
    after: list[str], status: int, last: str, tmp_path: Path
) -> None:
    states, gate = tmp_path / "states", tmp_path / "gate"
    states.write_text("\n".join([GIVEN_UP, *after]) + "\n", encoding="utf-8")
    os.mkfifo(gate)
    (tmp_path / "kubectl").write_text(KUBECTL, encoding="utf-8")
    (tmp_path / "kubectl").chmod(0o755)
    done = subprocess.run(
        ["bash", str(SCRIPT)],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "NAMESPACE": "n", "STATES": str(states), "GATE": str(gate)},
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (status, last), done.stderr
