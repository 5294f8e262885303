"""The kind environment with pollers beside the probe: what `peers` compares it with."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures.kind.environment import KindEnvironment
from fixtures.run import Run
from scenarios.model import Scenario, System
from scenarios.protocols import Stage

PERIODS_S = {"1 Hz poller": 1.0, "2 s poller": 2.0}
TIMEOUT_S = 1.0


@dataclass(slots=True)
class Poller:
    """Asks every `period_s` whether the service answers 200, as a monitor does: one request, no deadline of its own."""

    port: int
    period_s: float
    polls: list[tuple[int, bool]] = field(default_factory=list)  # (monotonic ns, good)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Harmless if it never started."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            good = self._ask()
            self.polls.append((time.monotonic_ns(), good))
            self._stop.wait(self.period_s)

    def _ask(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", "/api/ping?nonce=poll")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def recovery_s(self, started_ns: int) -> float | None:
        """From `started_ns` to its first good poll after its last bad one; None where no poll after it was bad."""
        bad = [i for i, (at, good) in enumerate(self.polls) if not good and at >= started_ns]
        if not bad or bad[-1] + 1 == len(self.polls):
            return None
        return (self.polls[bad[-1] + 1][0] - started_ns) / 1e9


class PolledEnvironment(KindEnvironment):
    """The kind environment with pollers beside the probe."""

    def __init__(self, run: Run) -> None:
        super().__init__(run, self._on_event)
        self.pollers: dict[str, Poller] = {}
        self.started_ns = 0

    def stage(self, *arguments: Any, **named: Any) -> Stage:
        stage = super().stage(*arguments, **named)
        port = int(stage.parameters["SERVICE_URL"].rsplit(":", 1)[1])
        self.pollers = {name: Poller(port, period_s) for name, period_s in PERIODS_S.items()}
        return stage

    @contextmanager
    def provision(self, system: System, scenario: Scenario, evidence: Path) -> Iterator[Stage]:
        """Pollers ask from the good baseline on, and are gone before the service is."""
        with super().provision(system, scenario, evidence) as stage:
            try:
                yield stage
            finally:
                for poller in self.pollers.values():
                    poller.stop()

    def _on_event(self, name: str, at_ns: int, _: dict[str, object]) -> None:
        if name == "steady":
            for poller in self.pollers.values():
                poller.start()
        if name == "procedure_started":
            self.started_ns = at_ns
