"""Mina: notes of meetings, with their segments as they are spoken. gunicorn and flask both start from `app`."""

from mina.features import BLUEPRINTS
from service.app import create_app

app = create_app(BLUEPRINTS)
