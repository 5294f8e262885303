"""One look, as it is written down and read back, and what it says of when it was bad."""

import json
from dataclasses import replace

import pytest

from scenarios.observations import CONTROL_LANE, LATE, TIMED_OUT, Observation, judged, lanes_of

LOOK = Observation(
    lane="write",
    tick=7,
    planned_ns=10,
    sent_ns=11,
    done_ns=15,
    status=201,
    served=True,
    facts={"release": "v1"},
    why=None,
    again=2,
    asked_ns=12,
)


def test_a_line_is_one_object_and_reads_back_as_the_same_look() -> None:
    line = LOOK.to_line()
    assert Observation.from_line(line) == LOOK
    assert "\n" not in line
    assert " " not in line  # a probe writes hundreds of these a second
    assert json.loads(line)["facts"] == {"release": "v1"}
    with pytest.raises(TypeError):
        Observation.from_line('{"lane": "write"}')
    with pytest.raises(ValueError, match="Expecting"):
        Observation.from_line("{torn")


@pytest.mark.parametrize(
    ("served", "why", "given_up"),
    [
        (False, f"{TIMED_OUT}: timed out", True),
        (False, LATE, True),
        (False, "ConnectionRefusedError: refused", False),
        (False, None, False),
        (True, LATE, False),
    ],
)
def test_what_was_given_up_was_bad_when_it_was_sent(served: bool, why: str | None, given_up: bool) -> None:
    assert replace(LOOK, served=served, why=why).given_up is given_up


@pytest.mark.parametrize(("asked_ns", "by_ns"), [(None, 15), (12, 12), (99, 15)])
def test_a_request_has_arrived_no_later_than_it_was_answered(asked_ns: int | None, by_ns: int) -> None:
    assert replace(LOOK, asked_ns=asked_ns).arrived_by_ns == by_ns


def test_lanes_are_sorted_by_sending_and_our_own_echo_server_is_none_of_them() -> None:
    later, control = replace(LOOK, sent_ns=99), replace(LOOK, lane=CONTROL_LANE)
    read = replace(LOOK, lane="read")
    assert lanes_of([later, control, read, LOOK]) == {"write": [LOOK, later], "read": [read]}
    assert list(judged([later, control, read])) == [later, read]
