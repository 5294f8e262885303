"""A Postgres in a container for a bench, which belongs to no run of drills."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fixtures.engine import Engine
from fixtures.journal import Journal
from fixtures.postgres import SUPERUSER
from fixtures.run import Run
from fixtures.run_secrets import RunSecrets

if TYPE_CHECKING:
    from fixtures.kind.postgres import ContainerPostgres


@contextmanager
def postgres(engine: Engine) -> Iterator["ContainerPostgres"]:
    """Started, and removed at the end; a bench that is killed leaves it in the journal, for `drill reap`."""
    from fixtures.kind.postgres import ContainerPostgres  # whoever lists the benches does without testcontainers

    os.environ.update(engine.environment())
    run = Run.begin(time_scale=1.0, suite=None, environment="kind", require_all=False)
    journal = Journal(run.name)
    journal.begin(run.expires)
    server = ContainerPostgres(engine, run.labels, journal, RunSecrets(run.name)(SUPERUSER))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        journal.move(None)
