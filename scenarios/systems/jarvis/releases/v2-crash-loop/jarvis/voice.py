"""Replies as speech.

The mistake: the library was installed by hand where this was written, and never added to the list that images are
built from.
"""

from flask import Blueprint, Response
from jarvis_speech import speak

blueprint = Blueprint("voice", __name__)


@blueprint.get("/api/conversations/<conversation_id>/speech")
def listen(conversation_id: str) -> Response:
    """The reply, spoken."""
    return Response(speak(conversation_id), mimetype="audio/wav")
