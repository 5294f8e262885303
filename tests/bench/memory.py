"""What the cluster's parts hold of the machine's memory: the node, Postgres, and the daemon with its helpers."""

import contextlib
import http.client
import time
from collections import defaultdict
from statistics import median
from typing import Any

import psutil

from fixtures.engine import daemon
from fixtures.engine.docker import Docker
from fixtures.engine.places import Places
from tests.bench.goals import Unmeasured

MIB = 2**20
EVERY_S = 2.0
ASK_S = 5.0
NODE_LABEL = "io.x-k8s.kind.cluster"


class Memory:
    """Looks every 2 s at most, however often it is called. MiB by part: `node`, `postgres`, `dockerd`."""

    every_s = EVERY_S

    def __init__(self, docker: Docker, places: Places) -> None:
        self._docker = docker
        self._places = places
        self._seen: dict[str, list[float]] = defaultdict(list)
        self._next = 0.0

    def look(self) -> None:
        """Take one reading of what is there now, if the last one is old enough."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_S
        with contextlib.suppress(OSError):
            for container in self._get("/containers/json"):
                part = "node" if NODE_LABEL in container["Labels"] else "postgres"
                held = self._held(str(container["Id"]))
                if held and (part == "node" or any("postgres" in name for name in container["Names"])):
                    self._seen[part].append(held / MIB)
        self._seen["dockerd"].append(self._programs() / MIB)

    def most(self, part: str) -> float:
        """The largest reading."""
        return max(self._readings(part))

    def usual(self, part: str) -> float:
        """The reading in the middle."""
        return median(self._readings(part))

    def _readings(self, part: str) -> list[float]:
        if not self._seen[part]:
            raise Unmeasured(f"no reading of the memory of {part}: was there none of it?")
        return self._seen[part]

    def _held(self, container: str) -> int:
        """Bytes, counted as `docker stats` does: without file contents that nobody has used lately."""
        stats = self._get(f"/containers/{container}/stats?stream=false&one-shot=true")["memory_stats"]
        if "usage" not in stats:
            return 0  # it is just ending
        inactive = stats["stats"].get("total_inactive_file", stats["stats"].get("inactive_file", 0))
        return int(stats["usage"]) - int(inactive)

    def _get(self, path: str) -> Any:
        status, answer = self._docker.get(path, timeout_s=ASK_S)
        if status != http.client.OK:
            raise OSError(f"{path}: {status}")
        return answer

    def _programs(self) -> int:
        """Bytes of dockerd, its containerd, its shims and its port proxies, what they share split among them."""
        number = daemon.pid(self._places)
        if number is None:
            raise Unmeasured("the daemon of this bench has ended")
        root = str(self._places.run)
        total = 0
        mine = {process.pid for process in psutil.Process(number).children(recursive=True)} | {number}
        for process in psutil.process_iter(["pid", "cmdline"]):
            with contextlib.suppress(psutil.Error):
                if process.pid in mine or (process.info["cmdline"] and _is_shim(process.info["cmdline"], root)):
                    total += process.memory_full_info().pss
        return total


def _is_shim(command: list[str], root: str) -> bool:
    return "containerd-shim" in command[0] and any(word.startswith(root) for word in command)
