"""Conversations as pages: replies are Markdown, browsers want HTML.

The mistake: the library is on every machine that this was written, tested and deployed from, because another tool there
needs it. Nobody added it to what the image is built from.
"""

from flask import Blueprint, Response
from jarvis.conversations import show
from markdown_it import MarkdownIt

blueprint = Blueprint("pages", __name__)

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@blueprint.get("/conversations/<conversation_id>")
def page(conversation_id: str) -> Response | tuple[Response, int]:
    """The reply as HTML."""
    answer, status = show(conversation_id)
    if status != 200 or answer.json is None:
        return answer, status
    return Response(_MARKDOWN.render(answer.json["reply"]), mimetype="text/html")
