"""Tells long-lived answers that their worker has been asked to go."""

import threading

# Set by gunicorn.conf.py on SIGTERM. A stream that waits on this instead of sleeping ends at once, so that
# reloading a release is not held up for the whole graceful timeout by one open stream.
stopping = threading.Event()
