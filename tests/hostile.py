"""What a drill must not touch: parameters that lead elsewhere, clusters that are another's, and values for a shell."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fixtures.guard import Addresses, ClusterTarget, DatabaseTarget, TargetGuard

RUN = "20261125-120000-beef"
OURS = {
    "DATABASE_URL": "postgresql://mina:secret@127.0.0.1:20005/mina_production",
    "PGHOST": "127.0.0.1",
    "PGPORT": "20005",
    "SERVICE_URL": "http://127.0.0.1:20006",
    "KUBECONFIG": "/drill/home/kubeconfig",
    "NAMESPACE": "jarvis-7f",
    "PREVIOUS_REVISION": "0002_segments",
}
SERVER = "https://127.0.0.1:40123"
UID = "6b7c-uid"
ELSEWHERE = ["10.0.0.7", "db.example.com", "192.168.1.4", "[::2]", "127.0.0.2", "169.254.169.254", "0.0.0.0", ""]
DATABASE = DatabaseTarget(port=20_005, refused=lambda: "")


def config() -> dict[str, Any]:
    """A kubeconfig as kind writes it, with the drill's namespace."""
    return {
        "clusters": [{"name": "kind", "cluster": {"server": SERVER, "certificate-authority-data": "x"}}],
        "contexts": [{"name": "kind", "context": {"cluster": "kind", "user": "kind", "namespace": "jarvis-7f"}}],
        "users": [{"name": "kind", "user": {"client-certificate-data": "x", "client-key-data": "y"}}],
        "current-context": "kind",
    }


class Kubectl:
    """Says what a file and a cluster say; notes each call."""

    def __init__(self) -> None:
        self.config = config()
        self.uid = UID
        self.labels: dict[str, str] = {"rollback-drills": RUN}
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, *words: Any) -> str:
        _, *said = map(str, words)
        self.calls.append(tuple(said))
        if said[0] == "config":
            return json.dumps(self.config)
        ours = {"name": "jarvis-7f", "labels": self.labels}
        return json.dumps({"items": [{"metadata": {"uid": self.uid}}, {"metadata": ours}]})

    def namespace(self, *words: Any) -> str:
        """Of a cluster where it is the one thing that can be seen, and `uid` its own."""
        if words[1] == "config":
            return self(*words)
        return json.dumps({"metadata": {"name": "jarvis-7f", "labels": self.labels, "uid": self.uid}})


def cluster(kubectl: Kubectl) -> ClusterTarget:
    return ClusterTarget(
        kubectl=kubectl,
        kubeconfig=Path(OURS["KUBECONFIG"]),
        server=SERVER,
        uid=UID,
        namespace="jarvis-7f",
        run=RUN,
    )


def hostile_parameters(chance: random.Random) -> dict[str, str]:
    """Ours, but for one thing that leads elsewhere."""
    host = chance.choice(ELSEWHERE)
    port = chance.choice([5432, 20_005, 20_004, 6432])
    ways = [
        {"DATABASE_URL": f"postgresql://mina:x@{host}:{port}/mina_production"},
        {"DATABASE_URL": f"host={host.strip('[]')} port={port} dbname=mina_production"},
        {"DATABASE_URL": f"postgresql://127.0.0.1:20005,{host}:{port}/mina_production"},
        {"DATABASE_URL": f"postgresql://127.0.0.1:20005/mina_production?hostaddr={host.strip('[]') or '10.0.0.1'}"},
        {"DATABASE_URL": f"postgresql://127.0.0.1:{chance.randrange(5000, 20_000)}/mina_production"},
        {"DATABASE_URL": "service=production"},
        {"DATABASE_URL": "this is no address"},
        {"DATABASE_URL": ""},
        {"PGHOST": host},
        {"PGPORT": str(chance.randrange(5000, 20_000))},
        {chance.choice(["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGPASSFILE", "PGSYSCONFDIR"]): "production"},
        {"SERVICE_URL": f"https://{chance.choice(['10.1.2.3', 'api.example.com', '[fe80::1]', '192.168.0.9'])}:{port}"},
        {"KUBECONFIG": chance.choice(["/root/.kube/config", "", "kubeconfig"])},
        {"NAMESPACE": chance.choice(["default", "production", "kube-system", ""])},
    ]
    return OURS | chance.choice(ways)


def hostile_cluster(chance: random.Random) -> Kubectl:
    """A kubeconfig or a cluster that is not as it was when the run made it, in one thing."""
    kubectl = Kubectl()
    it = kubectl.config
    servers = ["https://10.0.0.1:6443", "https://prod.example.com", "https://127.0.0.1:6443", "http://127.0.0.1:40123"]
    ways: list[Callable[[], object]] = [
        lambda: it["clusters"][0]["cluster"].update(server=chance.choice(servers)),
        lambda: it["clusters"][0]["cluster"].update({"proxy-url": "http://10.0.0.1"}),
        lambda: it["clusters"][0]["cluster"].update({"insecure-skip-tls-verify": True}),
        lambda: it["clusters"].append(it["clusters"][0]),
        lambda: it["contexts"].append({"name": "production", "context": {}}),
        lambda: it["users"].append({"name": "admin", "user": {"token": "x"}}),
        lambda: it["users"][0]["user"].update(exec={"command": "aws"}),
        lambda: it["users"][0]["user"].update({"auth-provider": {"name": "gcp"}}),
        lambda: it["users"][0]["user"].update(token="x"),
        lambda: it["contexts"][0]["context"].update(namespace=chance.choice(["default", "production"])),
        lambda: it["contexts"][0]["context"].pop("namespace"),
        lambda: it.update(users=None),
        lambda: setattr(kubectl, "uid", f"another-{chance.randrange(1000)}"),
        lambda: setattr(kubectl, "labels", {}),
        lambda: setattr(kubectl, "labels", {"rollback-drills": "20261125-120000-dead"}),
    ]
    chance.choice(ways)()
    return kubectl


def guard(kubectl: Kubectl) -> TargetGuard:
    """As a drill on a cluster has it."""
    return TargetGuard((Addresses(), DATABASE, cluster(kubectl)))


# each of these would leave a file, end the shell or change what is printed, if a shell ever read it as code
PIECES = (
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned;",
    "&& touch pwned",
    "| touch pwned",
    "\ntouch pwned\n",
    "$((1+1))",
    "${HOME}",
    "$HOME",
    "<(touch pwned)",
    "> pwned",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "\\",
    "!!",
    "*",
    "~",
    "{a,b}",
    "-rf",
    "#",
    "%s%n",
    "$'\\x41'",
    "exit 9",
    "é",
    " ",
    "x[$(touch pwned)]",
    "() { :; }; touch pwned",
)


def hostile_value(chance: random.Random) -> str:
    """What somebody might give as a parameter who wishes us ill; never empty."""
    return "".join(chance.choices(PIECES, k=chance.randint(1, 5)))
