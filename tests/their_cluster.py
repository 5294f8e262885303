"""A cluster of somebody else's that is not there: a `kubectl` on PATH that answers from a file which a test changes."""

import json
import sys
from pathlib import Path
from typing import Any

PROGRAM = f"""#!{sys.executable}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
state = json.loads((here / "state.json").read_text())
words = [word for word in sys.argv[1:] if not word.startswith("--request-timeout")]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
said = " ".join(words)
if state["down"]:
    sys.exit("connection refused")
if " config view" in said:
    print(json.dumps(state["config"]))
elif "get namespace kube-system" in said:
    print(json.dumps({{"metadata": {{"uid": state["uid"]}}}}))
elif "get configmap allowed" in said:
    print(json.dumps({{"metadata": {{"uid": state["marker"]}}}}) if state["marker"] else "")
elif "get nodes" in said:
    print("node/one")
elif "get namespaces --selector" in said:
    marked = {{name: labels for name, labels in state["namespaces"].items() if labels}}
    print(json.dumps({{"items": [{{"metadata": {{"name": name, "labels": marked[name]}}}} for name in marked]}}))
elif "get namespaces" in said:
    print(" ".join(state["namespaces"]))
elif "get namespace" in said:
    name = words[words.index("namespace") + 1]
    found = {{"metadata": {{"labels": state["namespaces"].get(name)}}}}
    print(json.dumps(found) if name in state["namespaces"] else "")
elif "delete namespace" in said:
    del state["namespaces"][words[words.index("namespace") + 1]]
    (here / "state.json").write_text(json.dumps(state))
else:
    sys.exit("unknown: " + said)
"""
CONTEXT = "staging-admin"
UID, MARKER = "uid-of-kube-system", "uid-of-the-marker"


class TheirCluster:
    """`folder` goes first on PATH. `state`: what it says of itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.kubeconfig = folder / "config"
        self.kubeconfig.touch()
        (folder / "kubectl").write_text(PROGRAM, encoding="utf-8")
        (folder / "kubectl").chmod(0o755)
        self.change(
            config={
                "clusters": [{"name": "c", "cluster": {"server": "https://10.1.2.3:6443"}}],
                "users": [{"name": "u", "user": {"token": "a-secret"}}],
                "contexts": [{"name": CONTEXT, "context": {"cluster": "c", "user": "u"}}],
            },
            uid=UID,
            marker=MARKER,
            namespaces={"default": {}, "shop": {}},
            down=False,
        )

    def change(self, **facts: Any) -> None:
        """From now on it is so."""
        (self.folder / "state.json").write_text(json.dumps({**self.state, **facts}), encoding="utf-8")

    @property
    def state(self) -> dict[str, Any]:
        """How it is now."""
        path = self.folder / "state.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return found

    @property
    def changed(self) -> list[list[str]]:
        """Every call that was no question."""
        calls = [json.loads(line) for line in (self.folder / "calls").read_text(encoding="utf-8").splitlines()]
        return [words for words in calls if not {"get", "view"} & set(words)]
