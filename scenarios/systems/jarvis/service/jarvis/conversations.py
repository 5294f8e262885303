"""Conversations: a question, the reply to it, and the model that gave the reply."""

from flask import Blueprint, Response, g
from psycopg.errors import UniqueViolation
from service.answers import answer, refusal
from service.inputs import body_fields, text
from service.work import reading, writing

blueprint = Blueprint("conversations", __name__, url_prefix="/api/conversations")

_INSERT = "INSERT INTO conversations (id, question, reply, model) VALUES (%s, %s, %s, %s)"
_SELECT = "SELECT question, reply, model FROM conversations WHERE id = %s"


@blueprint.post("")
def ask() -> tuple[Response, int]:
    """201 with the reply once both are durable; 409 if the id is taken."""
    fields = body_fields()
    conversation_id, question = text(fields, "id"), text(fields, "question")
    reply = g.model.reply(question)
    try:
        with writing() as connection:
            connection.execute(_INSERT, (conversation_id, question, reply, g.model.name))
    except UniqueViolation:
        return refusal(409, f"conversation {conversation_id} is already there")
    return answer(201, id=conversation_id, nonce=conversation_id, reply=reply, model=g.model.name, committed=True)


@blueprint.get("/<conversation_id>")
def show(conversation_id: str) -> tuple[Response, int]:
    """The conversation as it was saved, whatever the model of today would say."""
    with reading() as connection:
        row = connection.execute(_SELECT, (conversation_id,)).fetchone()
    if row is None:
        return refusal(404, f"no conversation {conversation_id}")
    return answer(id=conversation_id, nonce=conversation_id, question=row[0], reply=row[1], model=row[2])
