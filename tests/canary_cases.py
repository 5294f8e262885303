"""Run by tests/canary_runs.py in a pytest of its own: tests that show their run's secrets wherever they can.

$CANARIES is a file with the secrets, as JSON. They are the run's own, as if its database had them for passwords.
"""

import json
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from fixtures.evidence import EvidenceFolder
from fixtures.run import Run
from fixtures.run_secrets import RunSecrets
from fixtures.step_shell import Capture
from tests.canaries import ENCODERS
from tests.sample_records import OPEN

PLANTED: list[str] = json.loads(Path(os.environ["CANARIES"]).read_text(encoding="utf-8"))
SAID = {name: [encode(f"user:{secret}@host") for secret in PLANTED] for name, encode in ENCODERS.items()}


@pytest.fixture(autouse=True)
def shown(drill_run: Run, request: pytest.FixtureRequest, capfdbinary: pytest.CaptureFixture[bytes]) -> Path:
    """They are secrets of this run, and everything that writes has been given them by now."""
    secrets = RunSecrets(drill_run.name)
    secrets("database")
    with secrets.path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps([f"canary-{n}", secret]) + "\n" for n, secret in enumerate(PLANTED))
    folder: Path = drill_run.folder / request.node.name
    sink = EvidenceFolder(folder, redactor=secrets.redactor)
    (folder / "verdict.json").write_text(OPEN.model_copy(update={"detail": " ".join(PLANTED)}).model_dump_json())
    for number, (name, said) in enumerate(SAID.items()):
        texts = [each.decode("utf-8", "replace") for each in said]
        sink.event(f"shown_{number}", number, encoding=name, said=texts)
        sink.write_json(f"state/{number}.json", texts)
        # as a service, a pod or a probe writes them: nobody of ours stands between
        (folder / f"{number}.log").write_bytes(b"\n".join(said))
        together = b"".join(said)
        wrapped = [together[at : at + 60] for at in range(0, len(together), 60)]
        (folder / f"{number}-wrapped.log").write_bytes(b"\n    ".join(wrapped))
        with (folder / f"{number}-step.log").open("wb") as log:
            capture = Capture(log, secrets.redactor)
            for each in said:
                for at in range(0, len(each), 7):
                    capture.add(each[at : at + 7])
            capture.close()
    for secret in PLANTED:
        print(secret)
        print(secret, file=sys.stderr)
        logging.getLogger("canary").warning("said %s", secret)
    return folder


def all_of_it() -> str:
    """Everything, as text."""
    return "\n".join(each.decode("utf-8", "replace") for said in SAID.values() for each in said)


def test_pass() -> None:
    print(all_of_it())


def test_fail() -> None:
    pytest.fail(all_of_it())


def test_assert() -> None:
    assert all_of_it() == ""


def test_error() -> None:
    secret, mapping, everything = PLANTED[0], {"url": f"postgresql://mina:{PLANTED[-1]}@127.0.0.1/mina"}, PLANTED
    raise RuntimeError(f"{secret} {mapping} {everything}")


def test_skip() -> None:
    pytest.skip(all_of_it())


def test_crash() -> None:
    """The whole run is killed: what it wrote so far is all there is."""
    if os.environ["CANARY_WAY"] == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
