"""Jarvis: an assistant that answers questions. gunicorn and flask both start from `app`."""

from jarvis.features import BLUEPRINTS
from service.app import create_app

app = create_app(BLUEPRINTS)
