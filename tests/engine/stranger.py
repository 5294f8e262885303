"""A kind cluster as any other tool of this machine would make it: no name, label or network of ours."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from fixtures.engine import Engine, Role
from fixtures.engine.programs import ask, environment
from fixtures.waits import wait_until
from scenarios.errors import EnvironmentUnavailable

NETWORK = "kind"  # what kind itself calls the network that it makes
PATIENCE_S = 60.0
Facts = dict[tuple[str, str, str], tuple[str, str]]


class Stranger:
    """Somebody's cluster, with a piece of work in it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self.name = f"theirs-{secrets.token_hex(4)}"
        self.node = f"{self.name}-control-plane"
        self.ports: Mapping[int, int] = {}

    def create(self, ports: Mapping[int, int]) -> None:
        """`kind create cluster`, and a ConfigMap in a namespace of theirs. `ports`: NodePort -> port of 127.0.0.1."""
        # the one thing that the engine's image needs: kind's own network plugin would have to be pulled
        networking = {"disableDefaultCNI": self._engine.made == "built"}
        self.ports = ports
        mapped = [{"containerPort": inner, "hostPort": ports[inner], "listenAddress": "127.0.0.1"} for inner in ports]
        nodes = [{"role": "control-plane", "extraPortMappings": mapped}]
        kind = {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4"}
        config = {**kind, "networking": networking, "nodes": nodes}
        path = self._folder / "kind.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        self._kind("create", "cluster", "--config", path, "--image", self._engine.images[Role.NODE], "--wait", "120s")
        self.kubectl("create", "namespace", "theirs")
        self.kubectl("create", "configmap", "work", "--namespace", "theirs", "--from-literal", "days=3")
        wait_until("the pods of a new cluster", self._has_pods, PATIENCE_S, 0.5)

    def delete(self) -> None:
        """Harmless where it is not there."""
        self._kind("delete", "cluster")

    def facts(self) -> Facts:
        """Asked of its API server: (uid, time of creation) of nodes, pods and what the work is; and of its container.

        It may have more of them later. What it had goes on having the same.
        """
        kinds = "nodes,namespaces,pods,configmaps"
        found = json.loads(self.kubectl("get", kinds, "--all-namespaces", "--output", "json"))["items"]
        facts: Facts = {}
        for item in found:
            data = item["metadata"]
            named = (item["kind"], data.get("namespace", ""), data["name"])
            facts[named] = (data["uid"], data["creationTimestamp"])
        shown = "{{.Id}} {{.State.StartedAt}}"
        container, started = self._engine.client().run("inspect", "--format", shown, self.node).split()
        return facts | {("container", "", self.node): (container, started)}

    def kubectl(self, *words: str) -> str:
        """What kubectl printed."""
        return ask([self._engine.kubectl, "--kubeconfig", self.kubeconfig, *words], timeout_s=60.0)

    @property
    def kubeconfig(self) -> Path:
        """As its owner has it."""
        return self._folder / "kubeconfig"

    def _has_pods(self) -> tuple[bool | None, str]:
        running = self.kubectl("get", "pods", "--all-namespaces", "--field-selector", "status.phase=Running")
        # etcd, the API server, the controller manager, the scheduler, and the proxy that comes last
        return ("kube-proxy-" in running and "etcd-" in running) or None, running

    def _kind(self, *words: str | Path) -> None:
        argv = [self._engine.kind, *words, "--name", self.name, "--kubeconfig", self.kubeconfig]
        ask(argv, timeout_s=240.0, env=environment(**self._engine.client().environment()))


@contextmanager
def stranger(engine: Engine, folder: Path, ports: Mapping[int, int] = MappingProxyType({})) -> Iterator[Stranger]:
    """One that stands; it is deleted afterwards, and kind's network too if there was none before."""
    docker = engine.client()
    before = docker.run("network", "ls", "--quiet", "--filter", f"name=^{NETWORK}$").strip()
    theirs = Stranger(engine, folder)
    try:
        theirs.create(ports)
        yield theirs
    finally:
        theirs.delete()
        if not before:
            with suppress(EnvironmentUnavailable):  # another tool has taken it into use meanwhile
                docker.run("network", "rm", NETWORK)
