"""Recordings: the sound of a session as a file in $UPLOADS, on the host and in no release and no database."""

import os
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, request
from service.answers import answer, refusal

blueprint = Blueprint("recordings", __name__)


@blueprint.put("/api/recordings/<uuid:recording_id>")
def upload(recording_id: UUID) -> tuple[Response, int]:
    """201 once the file is there, whole; 409 if there is one of that id. A half written one has a dot in front."""
    file = Path(os.environ["UPLOADS"]) / f"{recording_id}.wav"
    if file.exists():
        return refusal(409, f"recording {recording_id} is already there")
    part = file.with_name(f".{file.name}")
    part.write_bytes(request.get_data())
    part.replace(file)
    return answer(201, id=str(recording_id), committed=True)
