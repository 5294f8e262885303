"""What is rehearsed of mina where a release is only slow: nobody is refused, and everybody waits."""

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Need, Scenario

SLOWER = Scenario(
    id="revert-slower",
    title="revert a release that is more than a fifth slower: until answers come as fast as before",
    procedure="revert",
    baseline="v1",
    candidate="v2-unread",
    defect="one query more for every row of a list, before each request: every answer is right, and late",
    signal="response time",
    parameters={"PREVIOUS_REVISION": "0002_segments", "BAD_COMMIT": "v2-unread", "GOOD_COMMIT": "v1"},
    needs=frozenset({Need.POSTGRES, Need.GIT}),
    steady_s=300.0,  # a dozen half seconds after scaling, to know how much the baseline's own answers differ
    hold_s=200.0,
    suites=NIGHTLY,
)

SCENARIOS = (
    SLOWER,
    SLOWER.sabotaged("keeps-the-code", "a revert of the name that leaves the slow code", Cause.NOT_SERVED),
)
