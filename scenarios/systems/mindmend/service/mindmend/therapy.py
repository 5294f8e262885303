"""Therapy sessions: a message, and the provider's reply to it, saved."""

import uuid

from flask import Blueprint, Response, g
from service.answers import answer
from service.inputs import body_fields, text
from service.work import writing

blueprint = Blueprint("therapy", __name__)

_INSERT = "INSERT INTO exchanges (id, message, reply, provider) VALUES (%s, %s, %s, %s)"


@blueprint.post("/api/therapy-session")
def talk() -> tuple[Response, int]:
    """200 with the reply once it is durable."""
    message = text(body_fields(), "message")
    reply = g.provider.reply(message)
    with writing() as connection:
        connection.execute(_INSERT, (str(uuid.uuid4()), message, reply, g.provider.name))
    return answer(reply=reply, provider=g.provider.name, tier=g.tier, committed=True)
