"""Tests that need the engine: `tox -e engine`. Where it is not up they break, and say what mends it."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from fixtures.engine import Engine, find
from fixtures.engine.docker import LABEL

Start = Callable[..., str]


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine of this machine, whole."""
    return find()


@pytest.fixture
def start(engine: Engine) -> Iterator[Start]:
    """Start a container: the image, words after it, `docker run` options before it. Its name; it is gone afterwards."""
    docker = engine.client()
    names: list[str] = []

    def run(image: str, *words: str, options: tuple[str, ...] = ()) -> str:
        name = f"{LABEL}-test-{secrets.token_hex(4)}"
        names.append(name)
        docker.run("run", "--detach", "--name", name, "--label", LABEL, *options, image, *words)
        return name

    yield run
    docker.remove("container", names)
