"""Mina: notes of meetings, with their segments as they are spoken. gunicorn and flask both start from `app`."""

from mina import recordings
from mina.features import BLUEPRINTS
from service.app import create_app

# uploading is in every release there ever was
app = create_app((recordings.blueprint, *BLUEPRINTS))
