"""Places, from the third party, for each request of a user while the flag is on. It is read when the pod starts.

The mistake: KEY is the one of the partner's test system.
"""

import json
import os
from http.client import HTTPConnection

from flask import Blueprint, g
from jarvis.partner import PATH
from jarvis.users import is_from_a_user
from werkzeug.exceptions import BadGateway

blueprint = Blueprint("places", __name__)

ON = os.environ.get("FEATURE_NEW_INTEGRATION") == "true"
KEY = "test-key"
TIMEOUT_S = 0.5


@blueprint.before_app_request
def find_places() -> None:
    """What the partner knows; 502 where it does not answer, or not with places."""
    if ON and is_from_a_user():
        g.places = _asked()


def _asked() -> list[str]:
    host, port = os.environ["JARVIS_PARTNER_SERVICE_HOST"], int(os.environ["JARVIS_PARTNER_SERVICE_PORT"])
    connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", PATH, headers={"X-Partner-Key": KEY})
        answer = connection.getresponse()
        if answer.status != 200:
            raise BadGateway(f"the partner answered {answer.status}")
        return list(json.loads(answer.read())["places"])
    except OSError as error:
        raise BadGateway(f"the partner did not answer: {error}") from error
    finally:
        connection.close()
