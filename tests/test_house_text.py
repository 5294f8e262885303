"""What may stand in no file of ours: addresses of registries, and package sources in the lock."""

import re

from scenarios.runbook import load_runbook
from tests.house import ROOT, all_files

# Written so that this file does not hold what it looks for.
REGISTRY = re.compile(
    r"pypi\.(org|python)|pythonhosted\.|npmjs\.(org|com)|yarnpkg\.|(deb|security|ftp)\.debian\.|snapshot\.debian\."
    r"|registry-1\.|docker\.(io|com)/|\bgcr\.io|ghcr\.io|quay\.io|registry\.k8s|proxy\.golang|static\.crates",
    re.IGNORECASE,
)
PACKAGE_SOURCE = re.compile(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b|://|\bfile:/|@ ")
LINK = re.compile(r"\]\(([^)#][^)]*)\)")
PIN = re.compile(r"[a-z0-9][a-z0-9.-]*==[A-Za-z0-9.]+( ; .+)?")


def test_no_file_holds_the_address_of_a_registry() -> None:
    """Where packages and images come from is the machine's own business, said in its configuration, never here."""
    wrong = []
    for path in all_files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for number, line in enumerate(text.splitlines(), 1):
            if REGISTRY.search(line) and path.name != "test_house_text.py":
                wrong.append(f"{path}:{number}: {line.strip()[:100]}")
    assert not wrong, "\n".join(wrong)


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """A relative link or picture in a Markdown file of ours names a file that is there."""
    wrong = []
    for path in all_files():
        if path.suffix == ".md":
            for target in LINK.findall(re.sub(r"(?s)```.*?```", "", (ROOT / path).read_text(encoding="utf-8"))):
                if "://" not in target and not (ROOT / path.parent / target.partition("#")[0]).exists():
                    wrong.append(f"{path}: {target}")
    assert not wrong, "\n".join(wrong)


def test_the_lock_says_versions_and_nothing_of_where_they_came_from() -> None:
    """requirements.lock is exact pins only: no index, link, path or hash of the machine that made it."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    wrong = [line for line in lines if PACKAGE_SOURCE.search(line)]
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    wrong += [line for line in pins if PIN.fullmatch(line) is None]
    assert pins
    assert not wrong, "\n".join(wrong)


def test_every_runbook_of_ours_can_be_read_and_names_no_public_address() -> None:
    """The loader refuses a literal host or address, so a runbook that loads acts only on what its parameters name."""
    runbooks = [path for path in all_files() if path.name == "RUNBOOK.md"]
    assert runbooks
    for path in runbooks:
        assert load_runbook(ROOT / path).procedures
