"""What users' own requests came to: who was hurt, how slow it was, what they met afterwards; and the words for it."""

from dataclasses import replace
from pathlib import Path

from reports import users
from scenarios.judging.intervals import Edge
from scenarios.own import own_requests
from scenarios.protocols import Request
from tests.sample_run import STORIES, record_of
from tests.simulated_world import BACK, World
from tests.test_holding import MS, SECOND, STORY


def asked(at_s: float, who: str, *, ok: bool = True, status: int | None = 200, took_ms: float = 2) -> Request:
    sent = int(at_s * SECOND)
    return Request(sent_ns=sent, done_ns=sent + int(took_ms * MS), status=status, ok=ok, who=who)


MADE = [
    asked(0.5, "ada"),
    asked(2, "ada", took_ms=9),
    asked(3, "ben", ok=False, status=500, took_ms=11),
    asked(4, "ben", ok=False, status=None, took_ms=2000),
    asked(5, "cy", ok=False, took_ms=10),  # an answer, and not the right one
    asked(12, "ada", took_ms=4),
    asked(13, "ben", ok=False, status=404, took_ms=4),
    asked(21, "ben", ok=False, status=500),  # the drill is over
]


def test_who_was_hurt_and_how_slow_it_was() -> None:
    own = own_requests(MADE, STORY)
    assert (own.users, own.hurt, own.requests, own.bad) == (3, 2, 4, 3)
    assert (own.before_ms, own.hurt_ms, own.held_ms) == (2.0, 10.0, 4.0)
    assert (own.held, own.held_bad) == (2, 0)


def test_where_nobody_was_back_all_the_rest_is_harm() -> None:
    own = own_requests(MADE, replace(STORY, restored=Edge(lo=10 * SECOND, hi=None), held_ns=None))
    assert (own.requests, own.bad, own.held, own.held_ms) == (7, 5, 0, None)


def test_a_drill_tells_it(tmp_path: Path) -> None:
    """In the simulated world every request of a user is well, and the record says how many there were."""
    own = World(tmp_path).play(BACK).own
    assert own is not None
    assert own.users == 1
    assert own.requests > 50
    assert own.held > 50
    assert own.bad == own.held_bad == 0


def test_the_words_say_who_and_how_much_and_nothing_where_nothing_is_known() -> None:
    record = record_of(STORIES[0])
    assert users.hurt(record) == users.held(record) == ""
    told = record.model_copy(update={"own": own_requests(MADE, STORY)})
    assert users.hurt(told) == (
        "2 of 3 users had a request that failed or was answered otherwise than it should (3 of 4); "
        "answers took 10.0 ms at the median, 2.0 ms before and 4.0 ms afterwards"
    )
    assert users.held(told) == "once users were back, 0 of 2 requests of theirs failed"
