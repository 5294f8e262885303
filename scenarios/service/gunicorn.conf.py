"""How the service is run. A master on SIGHUP reads this again and starts workers that import the new release."""

import os
import signal
import sys
from types import FrameType
from typing import Any

# on a host only the host itself may reach us; a pod is reached from outside, and its manifest says so
bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ['PORT']}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 16
keepalive = 5  # longer than a user pauses, so that a kept connection is closed by a reload and not by idling
timeout = 30
graceful_timeout = 5
preload_app = False  # the master must not hold the old release's modules
accesslog = None
errorlog = "-"
# Since gunicorn 25 the master opens a Unix socket in $XDG_RUNTIME_DIR or the home folder. Nothing here uses it, and
# two drills on one machine would share its name.
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Pin the new worker to the one release that `current` points at now.

    gunicorn leaves the folder it was started in on sys.path, with the link resolved: the first release, for ever. Our
    packages have no __init__.py, so Python would merge that release's modules with those of the one deployed since.
    What the release pins, in `.venv` beside its code, goes before what the master was started with.
    """
    release = os.path.realpath(server.cfg.chdir)
    os.chdir(release)
    others = [entry for entry in sys.path if not os.path.exists(os.path.join(entry, "RELEASE"))]
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    pinned = os.path.realpath(os.path.join(release, ".venv", "lib", python, "site-packages"))
    sys.path[:] = [release, *([pinned] if os.path.isdir(pinned) else []), *others]


def post_worker_init(worker: Any) -> None:
    """Tell open streams when their worker is asked to go; gunicorn waits for them, but has no word for it."""
    from service import lifetime  # here, not above: the master must not import a release

    def stop(number: int, frame: FrameType | None) -> None:
        lifetime.stopping.set()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.siginterrupt(signal.SIGTERM, False)
