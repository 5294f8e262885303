"""A program of its own: a run's cluster and its Postgres, and nobody who asks them anything.

Both are left standing: they go with the daemon, which is the bench's own.
"""

import os
import sys

from fixtures.engine import find
from fixtures.journal import Journal
from fixtures.kind.postgres import ContainerPostgres
from fixtures.kind.shared import SharedCluster
from fixtures.postgres import SUPERUSER
from fixtures.run import Run
from fixtures.run_secrets import RunSecrets


def main() -> None:
    """Prints `ready` when both stand, and waits: the ports are leased by this process."""
    engine = find()
    os.environ.update(engine.environment())
    run = Run.begin(time_scale=1.0, suite=None, environment="kind", require_all=False)
    journal = Journal(run.name)
    journal.begin(run.expires)
    SharedCluster(run, engine).acquire()
    ContainerPostgres(engine, run.labels, journal, RunSecrets(run.name)(SUPERUSER)).start()
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
