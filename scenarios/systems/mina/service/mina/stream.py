"""A session's live stream: server-sent events for as long as the listener stays."""

import json
from collections.abc import Iterator
from itertools import count

from flask import Blueprint, Response
from mina.flags import is_enabled
from service.answers import refusal
from service.lifetime import stopping
from service.release import RELEASE
from service.work import reading
from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("stream", __name__)

_INTERVAL_S = 1.0


@blueprint.get("/api/sessions/<session_id>/stream")
def listen(session_id: str) -> BaseResponse | tuple[Response, int]:
    """One event a second with the release that sends it; 503 while the flag `live_stream` is off.

    The stream ends when the listener goes, or when this worker is replaced: a listener then connects again.
    """
    with reading() as connection:
        enabled = is_enabled(connection, "live_stream")
        known = connection.execute("SELECT 1 FROM sessions WHERE id = %s", (session_id,)).fetchone()
    if not enabled:
        return refusal(503, "the flag live_stream is off")
    if known is None:
        return refusal(404, f"no session {session_id}")
    return Response(_events(session_id), mimetype="text/event-stream", headers={"Cache-Control": "no-cache"})


def _events(session_id: str) -> Iterator[str]:
    # No database here: a stream occupies a thread, and must not occupy a connection as well.
    for n in count():
        yield f"data: {json.dumps({'n': n, 'session': session_id, 'release': RELEASE})}\n\n"
        if stopping.wait(_INTERVAL_S):
            return
