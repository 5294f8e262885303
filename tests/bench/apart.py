"""An engine apart from the user's own: a home, a docker daemon and a network of the bench's, and all of it gone after.

The daemon lives in a network namespace. A docker daemon writes the firewall anew when it starts, and takes bridges for
its own: in this machine's network that would cut off the containers of the one that is there. Images are built without
a network, so only the drills have to be inside; what downloads stays outside.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import fixtures.run
from fixtures import processes
from fixtures.engine import apt, daemon
from fixtures.engine.docker import Docker
from fixtures.engine.engine import State
from fixtures.engine.places import Places, places
from fixtures.engine.programs import ask, environment, last_line, unavailable, which
from fixtures.leases import Lease
from fixtures.run import CHECKOUT
from fixtures.waits import wait_until
from scenarios.errors import EnvironmentUnavailable
from tests.bench.goals import Tell, Unmeasured

TELL_EVERY_S = 15.0
LOOK_EVERY_S = 0.1
STOP_S = 60.0
EXIT_INCONCLUSIVE = 6
PREFIX = "engine-bench-"
NEEDED = ("dockerd", "docker", "kind", "ip", "unshare", "nsenter")
NETWORK = "ip link set lo up && echo up && exec sleep infinity"
START = "from fixtures.engine import daemon, places; daemon.start(places.places())"


class TooBusy(Unmeasured):
    """Drills proved nothing, at their second attempt either."""


@dataclass(frozen=True, slots=True)
class EngineApart:
    """`network`: the process that holds the network namespace; `out`: where the runs of its drills go."""

    places: Places
    network: int
    out: Path
    tell: Tell

    def environment(self) -> dict[str, str]:
        """This process' own, without what leads to another daemon or changes how drills are run."""
        plain = {name: value for name, value in environment().items() if not name.startswith(("DOCKER_", "PYTEST_"))}
        return plain | {
            "PIP_NO_CACHE_DIR": "1",  # from nothing means from the index
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(CHECKOUT),
            "ROLLBACK_DRILLS_ENGINE": str(self.places.home),
            "ROLLBACK_DRILLS_OUT": str(self.out),
        }

    def inside(self, argv: Sequence[str]) -> list[str]:
        """`argv` in the network that the daemon's containers are published in."""
        return ["nsenter", f"--net=/proc/{self.network}/ns/net", "--", *argv]

    def start_daemon(self) -> None:
        """Start it, and wait until it answers."""
        ask(self.inside([sys.executable, "-c", START]), timeout_s=120.0, env=self.environment())

    def docker(self) -> Docker:
        """For questions to the daemon."""
        program = which("docker")
        assert program is not None
        return Docker(f"unix://{self.places.socket}", program)

    def holds_the_engine(self) -> bool:
        """Whether what `drill engine up` brought up is this one."""
        state = State.read(self.places.state)
        return state is not None and state.docker_host == self.docker().host

    def call(
        self, words: Sequence[str], deadline_s: float, each: Callable[[], None] = lambda: None, *, inside: bool = False
    ) -> float:
        """Run `python WORDS` in the checkout to its end; seconds it took. Its last line is told now and then.

        `each` is called ten times a second meanwhile. Unmeasured where it exits with another code than 0
        (TooBusy where drills proved nothing); all that it said is kept then.
        """
        log = self.places.home / "bench.log"
        log.unlink(missing_ok=True)
        begun = told = time.monotonic()
        argv = [sys.executable, *words]
        argv = self.inside(argv) if inside else argv
        process = processes.spawn(argv, env=self.environment(), cwd=CHECKOUT, log=log)

        def look() -> tuple[int | None, str]:
            nonlocal told
            each()
            if time.monotonic() - told >= TELL_EVERY_S:
                told = time.monotonic()
                self.tell(f"  {last_line(log)}")
            return process.poll(), last_line(log)

        try:
            code = wait_until(" ".join(words), look, deadline_s, LOOK_EVERY_S)
        finally:
            processes.stop(process, grace_s=STOP_S)
        if code != 0:
            raise (TooBusy if code == EXIT_INCONCLUSIVE else Unmeasured)(
                f"`python {' '.join(words)}` exited with {code}; what it said: {_keep(log)}"
            )
        return time.monotonic() - begun


@contextmanager
def engine_apart(tell: Tell) -> Iterator[EngineApart]:
    """An empty home beside the user's own, on the same disk, and a network. Nothing is left of either.

    EnvironmentUnavailable where a daemon of our own cannot be had: not root, no namespaces, a program missing.
    """
    _must_have()
    beside = places().home.parent
    beside.mkdir(parents=True, exist_ok=True)
    sweep_homes(beside, tell)
    with ExitStack() as cleanup:
        home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=beside))
        cleanup.callback(shutil.rmtree, home, ignore_errors=True)
        cleanup.enter_context(Lease(f"bench/{home.name}"))
        cleanup.callback(_remove, Places(home))
        network = _network(cleanup)
        yield EngineApart(Places(home), network, home / "out", tell)
        tell("taking the engine away again")


def _keep(log: Path) -> Path:
    kept = fixtures.run.OUT / "bench" / "cluster-failed.log"
    kept.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(log, kept))


def _network(cleanup: ExitStack) -> int:
    """A network namespace with its loopback up; the process that holds it, which goes with this one."""
    argv = ["unshare", "--net", "--", "sh", "-c", NETWORK]
    holder = processes.spawn(argv, env=environment(), cwd=Path("/"), log=Path(os.devnull), stdout=subprocess.PIPE)
    cleanup.callback(processes.stop, holder)
    assert holder.stdout is not None
    if holder.stdout.readline() != b"up\n":
        raise EnvironmentUnavailable("a network namespace", "unshare --net does not work here", "run this as root")
    return holder.pid


def _must_have() -> None:
    if os.geteuid() != 0:
        raise unavailable("this bench starts a docker daemon of its own, which only root can", "run this as root")
    lacking = [name for name in NEEDED if which(name) is None]
    if lacking:
        raise unavailable(f"not on PATH: {', '.join(lacking)}")
    if not apt.can_install():
        raise unavailable("images are built from nothing only on Debian 12 or 13", "run it there")


def sweep_homes(beside: Path, tell: Tell) -> None:
    """Take away what a killed bench left: its name is held by nobody."""
    for home in beside.glob(f"{PREFIX}*"):
        try:
            with Lease(f"bench/{home.name}"):
                tell(f"left by a bench that was killed, taken away: {home}")
                _remove(Places(home))
        except OSError:
            continue


def _remove(left: Places) -> None:
    daemon.stop(left)
    daemon.unmount(left.home)
    daemon.unmount(left.run)
    shutil.rmtree(left.run, ignore_errors=True)
    shutil.rmtree(left.home, ignore_errors=True)
