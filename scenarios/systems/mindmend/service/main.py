"""Mindmend: conversations that help, with answers from an AI provider. gunicorn and flask both start from `app`."""

from mindmend.features import BLUEPRINTS
from service.app import create_app

app = create_app(BLUEPRINTS)
