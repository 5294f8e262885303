"""Edges of an outage by when requests arrived: they may overtake each other, and some are never answered."""

from scenarios.judging.intervals import TOTAL_LOOKS, Edge, Looks, outage
from scenarios.observations import LATE, ROLLOUT_LANE, SPEED_LANE
from tests.test_intervals import seen, served


def test_where_nobody_noted_when_it_arrived_a_request_given_up_is_known_bad_when_it_was_given_up() -> None:
    """Records of before this was noted: wide, and never wrong."""
    bad = [seen(10 * i, 1000 + 10 * i, False, why=LATE) for i in range(1, 13)]
    found = outage([seen(0, 2, True), *bad, seen(130, 132, True)], served, 0, 10)
    assert found is not None
    assert (found.start, found.end) == (Edge(lo=0, hi=1010), Edge(lo=120, hi=132))


def test_answers_that_crossed_on_their_way_do_not_make_a_total_outage_partial() -> None:
    """One bad request was long on its way; good ones sent after it had arrived before it did, or after the outage."""
    crossed = [seen(50, 53, True, asked_ns=51), seen(115, 132, True, asked_ns=131)]
    bad = [seen(48, 70, False, asked_ns=68), *(seen(50 + 5 * i, 62 + 5 * i, False) for i in range(1, 14))]
    lane = sorted([seen(40, 42, True, asked_ns=41), *crossed, *bad], key=lambda each: each.sent_ns)
    found = outage(lane, served, 0, 10)
    assert found is not None
    assert found.widened_ns == (0, 0)
    assert (found.start, found.end) == (Edge(lo=50, hi=67), Edge(lo=115, hi=132))


def test_a_good_answer_certainly_between_bad_ones_makes_it_partial() -> None:
    """It was sent when a bad one was known, and had arrived when another was yet to be sent."""
    bad = [seen(10 * i, 10 * i + 2, False) for i in range(1, 30)]
    lane = sorted([seen(0, 2, True), *bad, seen(155, 157, True), seen(300, 302, True)], key=lambda each: each.sent_ns)
    found = outage(lane, served, 0, 10)
    assert found is not None
    assert min(found.widened_ns) > 0


def test_a_refused_request_tells_when_it_was_answered_and_not_before() -> None:
    lane = [seen(0, 2, True), seen(10, 15, False, asked_ns=12), seen(20, 22, True)]
    found = outage(lane, served, 0, 10)
    assert found is not None
    assert found.start.hi == 15


def test_an_edge_of_a_partial_outage_is_counted_from_the_good_look_before_it() -> None:
    lane = [seen(20_000, 20_002, True), seen(20_010, 20_012, False), seen(20_020, 20_022, True)]
    found = outage(lane, served, 0, 10)
    assert found is not None
    assert found.start.lo == 20_000 - found.widened_ns[0] - 1  # rounded down


def test_instants_that_are_the_same_count_as_one_after_the_other() -> None:
    """Sent when a bad one was known is after it; arrived when the last bad one was sent is before it."""
    bad = [seen(10 * i, 10 * i + 2, False) for i in range(1, TOTAL_LOOKS + 1)]
    for sent, arrived, total in ((12, 14, False), (11, 14, True), (85, 100, False), (85, 101, True)):
        between = seen(sent, 200, True, asked_ns=arrived)
        lane = sorted([*bad, between, seen(0, 2, True)], key=lambda each: each.sent_ns)
        found = outage(lane, served, 0, 10)
        assert found is not None
        assert (found.widened_ns == (0, 0)) is total
    for sent, arrived, edges in (
        (11, 100, (Edge(lo=11, hi=12), Edge(lo=100, hi=None))),
        (12, 101, (Edge(lo=0, hi=12), Edge(lo=100, hi=200))),
    ):
        between = seen(sent, 200, True, asked_ns=arrived)
        found = outage([seen(0, 2, True), bad[0], between, *bad[1:]], served, 0, 10)
        assert found is not None
        assert (found.start, found.end) == edges


def test_enough_looks_of_all_lanes_all_of_them_bad_are_a_total_outage() -> None:
    """Ten are enough, counted from the first instant to the last, whatever came before; readings are no requests."""
    good = [seen(i, i + 1, True) for i in range(50)]
    bad = [seen(100 + i, 101 + i, False, lane="write") for i in range(TOTAL_LOOKS)]
    readings = {name: [seen(105, 106, True, lane=name)] for name in (ROLLOUT_LANE, SPEED_LANE)}
    looks = Looks.of({"read": good, "write": bad, **readings}, served)
    assert looks.all_bad(100, 109)
    assert not looks.all_bad(101, 109)
    assert not looks.all_bad(100, 108)
    assert not looks.all_bad(49, 109)
    assert looks.bad_before[-1] == TOTAL_LOOKS
