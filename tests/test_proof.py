"""What has to have happened for a drill to prove anything, where the simulated world is too large a hammer."""

from dataclasses import replace

import pytest

from scenarios.judging.causes import Verdict
from scenarios.judging.intervals import Edge
from scenarios.model import Harm, Load
from scenarios.observations import ROLLOUT_LANE, SPEED_LANE, Observation
from scenarios.proof import (
    Story,
    candidate_seen,
    enough_looks,
    enough_traffic,
    harm_lasted,
    has_commands,
    ledger_whole,
    other_harm,
    quiet_before,
)
from scenarios.protocols import Lane, Request
from scenarios.results import CheckRecord
from scenarios.runbook import Procedure, Step
from tests.sample_records import SCENARIO

SECOND = 1_000_000_000
HURT = Verdict.INCONCLUSIVE
# Steady at 2 s, the candidate at 10 s, the procedure from 20 s to 24 s, the last bad request at 22 s, held at 32 s.
STORY = Story(
    scenario=SCENARIO,
    steady_ns=2 * SECOND,
    candidate_ns=10 * SECOND,
    started_ns=20 * SECOND,
    done_ns=24 * SECOND,
    restored=Edge(lo=22 * SECOND, hi=23 * SECOND),
    back_ns=22 * SECOND,
    held_ns=32 * SECOND,
)
LOAD = Load(users=4, pause_s=0.1)


def look(
    at_s: float,
    served: bool = True,
    lane: str = "read",
    release: str | None = "v1",
    again: int = 0,
    took_s: float = 0.0,
) -> Observation:
    at_ns = round(at_s * SECOND)
    return Observation(
        lane=lane,
        tick=0,
        planned_ns=at_ns,
        sent_ns=at_ns,
        done_ns=at_ns + round(took_s * SECOND),
        status=200,
        served=served,
        facts={} if release is None else {"release": release},
        why=None if served else f"bad at {at_s:g}",
        again=again,
    )


def told(found: list[CheckRecord]) -> tuple[str, str, str | None, str] | None:
    """The one check there is: id, verdict, cause, detail; None where there is none."""
    if not found:
        return None
    (check,) = found
    return check.id, check.verdict, check.cause, check.detail


# --- before the candidate


def test_harm_before_the_candidate_is_not_its_own() -> None:
    """By when it was answered: the first of all lanes is named, and how long before."""
    lanes = {"read": [look(9, served=False), look(9.5)], "write": [look(7.5, served=False, lane="write")]}
    assert told(quiet_before(STORY, lanes)) == (
        *("quiet-before", HURT, "harmed_early"),
        "2 bad before the candidate came, the first 2.50 s: lane write: bad at 7.5",
    )


@pytest.mark.parametrize(("answered_s", "early"), [(2.0, False), (2.001, True), (10.0, True), (10.001, False)])
def test_what_was_answered_before_the_steady_state_or_after_the_candidate_came_says_nothing(
    answered_s: float, early: bool
) -> None:
    lanes = {"read": [look(answered_s, served=False), look(5.0)]}
    assert bool(quiet_before(STORY, lanes)) is early


def test_another_harm_than_the_declared_one_is_told() -> None:
    refused, stuck = look(11, served=False), look(11, served=False, lane=ROLLOUT_LANE)
    hurt, stands = "but users were hurt: lane read: bad at 11", "but the rollout did not stand: bad at 11"
    assert other_harm(Harm.RELEASE_STUCK, refused, stuck) == hurt
    assert other_harm(Harm.RELEASE_STUCK, None, stuck) == ""
    assert other_harm(Harm.USERS_HURT, refused, stuck) == stands
    assert other_harm(Harm.USERS_HURT, refused, None) == ""
    assert other_harm(Harm.USERS_HURT, refused, stuck, timed=True) == hurt
    assert other_harm(Harm.USERS_HURT, None, stuck, timed=True) == ""


# --- under the candidate


def test_a_candidate_of_which_no_answer_tells_never_reached_anybody() -> None:
    """Bad answers of the baseline are the machine's or the baseline's; what the rollout's state says is no answer."""
    other = [look(15, lane=ROLLOUT_LANE, release=None), look(15, lane=SPEED_LANE, release=None)]
    lanes = {"read": [look(10), look(15, served=False), look(19.9)], ROLLOUT_LANE: other[:1], SPEED_LANE: other[1:]}
    assert told(candidate_seen(STORY, lanes, {"release": "v1"})) == (
        *("candidate-seen", HURT, "candidate_unseen"),
        "all 3 answers under the candidate, bad ones too, came from v1",
    )


@pytest.mark.parametrize("release", ["v2", None])
@pytest.mark.parametrize(("at_s", "counts"), [(9.9, False), (10.0, True), (19.9, True), (20.0, False)])
def test_one_answer_that_may_have_been_the_candidates_is_enough(release: str | None, at_s: float, counts: bool) -> None:
    """From the candidate's deployment to the procedure's start."""
    lanes = {"read": [look(12), look(at_s, release=release)]}
    assert (candidate_seen(STORY, lanes, {"release": "v1"}) == []) is counts


def test_where_the_candidate_cannot_be_told_from_the_baseline_nothing_is_said() -> None:
    lanes = {"read": [look(12)]}
    for scenario in (replace(SCENARIO, harm=Harm.STATE_WRONG), replace(SCENARIO, restores=("schema",))):
        assert candidate_seen(replace(STORY, scenario=scenario), lanes, {"release": "v1"}) == []
    assert candidate_seen(STORY, {"read": [look(9)]}, {"release": "v1"}) == []


@pytest.mark.parametrize(("ended_s", "early"), [(19.0, "1.000"), (20.0, "0.000"), (20.001, None)])
def test_harm_that_was_over_before_anybody_did_anything(ended_s: float, early: str | None) -> None:
    found = told(harm_lasted(Edge(lo=0, hi=round(ended_s * SECOND)), 20 * SECOND))
    if early is None:
        assert found is None
    else:
        detail = f"users were served again {early} s before the procedure was started, so it proves nothing"
        assert found == ("harm-lasted", HURT, "harm_over_early", detail)


# --- after the rollback: looks

PLANS = {
    "read": Lane(name="read", start_ns=0, period_ns=SECOND, deadline_ns=SECOND),
    ROLLOUT_LANE: Lane(name=ROLLOUT_LANE, start_ns=0, period_ns=SECOND, deadline_ns=SECOND),
    "write": Lane(name="write", start_ns=0, period_ns=2 * SECOND, deadline_ns=SECOND),
}


def test_every_lane_of_requests_must_have_been_looked_at() -> None:
    """From after the last bad request up to the end of the hold; follow-ups are no looks of the schedule."""
    reads = [look(22), *(look(23 + i) for i in range(10)), look(33)]
    writes = [look(24 + 2 * i, lane="write") for i in range(5)]
    found = told(enough_looks(STORY, PLANS, {"read": reads, "write": writes}))
    assert found == ("enough-looks", "passed", None, "10 of 10 looks on lane read, 5 of 5 looks on lane write")
    reads = [look(22 + i / 10) for i in range(1, 101)]
    assert told(enough_looks(STORY, PLANS, {"read": reads, "write": writes})) == found


@pytest.mark.parametrize(("looks", "enough"), [(5, True), (4, False)])
def test_half_of_the_looks_that_were_planned_are_enough(looks: int, enough: bool) -> None:
    reads = [look(22.0), *(look(23 + i) for i in range(looks)), look(32.5), *(look(25, again=i) for i in range(1, 9))]
    writes = [look(24 + 2 * i, lane="write") for i in range(5)]
    found = told(enough_looks(STORY, PLANS, {"read": reads, "write": writes}))
    assert found is not None
    assert (found[2] is None) is enough
    if not enough:
        assert found[0] == "enough-looks"
        assert found[2:] == ("too_few_looks", "4 of 10 looks on lane read since the last bad answer")


def test_where_users_were_not_back_nothing_is_asked_of_the_hold() -> None:
    gone = (replace(STORY, back_ns=None), replace(STORY, held_ns=None))
    assert not any(enough_looks(story, PLANS, {}) for story in gone)
    assert "0 of 10 looks" in str(told(enough_looks(STORY, PLANS, {})))


# --- users' traffic


def requests(*spans: tuple[float, float, float]) -> list[Request]:
    """From second a to second b, so many a second."""
    ends = [a + i / hz for a, b, hz in spans for i in range(round((b - a) * hz) + 1)]
    return [Request(sent_ns=0, done_ns=round(end * SECOND)) for end in ends]


def traffic(*spans: tuple[float, float, float], story: Story = STORY) -> tuple[str | None, str]:
    check = enough_traffic(story, LOAD, requests(*spans))
    assert check.id == "enough-traffic"
    return check.cause, check.detail


def test_users_who_came_all_the_time_are_counted_by_phase() -> None:
    assert traffic((0, 40, 20)) == (
        None,
        "201 requests in the 10.0 s before the candidate, 281 requests in the 14.0 s under it, "
        "201 requests in the 10.0 s after the rollback",
    )
    for ended in (replace(STORY, back_ns=None), replace(STORY, held_ns=None)):
        assert traffic((0, 40, 20), story=ended)[1].endswith("14.0 s under it")


@pytest.mark.parametrize(
    ("spans", "cause", "why"),
    [
        # a user who is served is never silent for more than a second and his longest pause
        ([(0, 4, 20), (5.1, 40, 20)], None, ""),
        ([(0, 4, 20), (5.2, 40, 20)], "too_little_traffic_before", "none for 1.2 s"),
        ([(0, 8.7, 20), (10.1, 40, 20)], "too_little_traffic_before", "none for 1.3 s"),
        # one who is hurt may wait for the timeout besides
        ([(0, 12, 20), (15.1, 40, 20)], None, ""),
        ([(0, 12, 20), (15.2, 40, 20)], "too_little_traffic_during", "none for 3.2 s"),
        ([(0, 20.7, 20), (24.1, 40, 20)], "too_little_traffic_during", "none for 3.3 s"),
        # and after the rollback so may one who hung when it came, but not at the end of the hold
        ([(0, 23, 20), (26.1, 40, 20)], None, ""),
        ([(0, 23, 20), (26.2, 40, 20)], "too_little_traffic_after", "none for 3.2 s"),
        ([(0, 30.5, 20), (32, 40, 20)], None, ""),
        ([(0, 30.8, 20)], "too_little_traffic_after", "none for 1.2 s"),
    ],
)
def test_a_silence_longer_than_any_user_can_explain(
    spans: list[tuple[float, float, float]], cause: str | None, why: str
) -> None:
    found, detail = traffic(*spans)
    assert found == cause
    assert detail.endswith(why)


@pytest.mark.parametrize(
    ("spans", "cause", "why"),
    [
        # 4 users who each time out: 0.5 * 4 * 14 s / 2.15 s
        ([(0, 10, 20), (10, 24, 13 / 14), (24, 40, 20)], None, ""),
        (
            [(0, 9.9, 20), (10.2, 24, 11 / 13.8), (24.1, 40, 20)],
            "too_little_traffic_during",
            "4 users make 13 at the least",
        ),
        # a tenth of the rate before the candidate, where that is more
        ([(0, 22, 20), (22.4, 32, 2.1), (32.1, 40, 20)], None, ""),
        ([(0, 21.9, 20), (22.4, 32, 1.9)], "too_little_traffic_after", "4 users make 20 at the least"),
    ],
)
def test_fewer_requests_than_users_make_who_are_there(
    spans: list[tuple[float, float, float]], cause: str | None, why: str
) -> None:
    found, detail = traffic(*spans)
    assert found == cause, detail
    assert detail.endswith(why)


def test_exactly_as_many_and_exactly_as_long_is_enough() -> None:
    """Of four users who never pause: one request a second while they are served, twelve in twelve seconds of harm."""
    story = replace(STORY, done_ns=22 * SECOND, back_ns=None, held_ns=None)
    steady = requests((0, 10, 1))
    for count, cause in ((12, None), (11, "too_little_traffic_during")):
        during = [Request(sent_ns=0, done_ns=10 * SECOND + (i + 1) * SECOND) for i in range(count - 1)]
        check = enough_traffic(story, Load(users=4, pause_s=0.0), [*steady, *during])
        assert check.cause == cause, check.detail


def test_who_comes_after_the_candidate_only_leaves_no_time_before_it() -> None:
    cause, detail = traffic((10.5, 40, 20))
    assert (cause, detail.split(",")[0]) == (None, "0 requests in the 0.0 s before the candidate")


def test_nobody_at_all_is_no_traffic() -> None:
    assert traffic() == (
        "too_little_traffic_before",
        "0 requests in the 8.0 s before the candidate: 4 users make 7 at the least",
    )


# --- the ledger, and the procedure


def test_what_other_users_wrote_does_not_make_up_for_what_the_ledger_lacks() -> None:
    """The probe saw three acknowledgements; the ledger has two of them, and many of others."""
    looks = [look(tick, lane="write") for tick in range(3)]
    ids = ["probe-ab12cd-w0", "probe-ab12cd-w1", "probe-ab12cd-j2", *(f"locust-77-{n}" for n in range(50))]
    records: list[dict[str, object]] = [{"e": "ack", "id": each} for each in ids]
    records.append({"e": "intent", "id": "probe-ab12cd-w2"})
    lacking = ledger_whole(records, looks)
    assert (lacking.id, lacking.verdict, lacking.cause) == ("ledger-whole", HURT, "ledger_incomplete")
    detail = "the ledger has {} acknowledgements of the probe's lane of writes; the probe saw 3"
    assert lacking.detail == detail.format(2)
    whole = ledger_whole([*records, {"e": "ack", "id": "probe-ab12cd-w1a9"}], looks)
    assert (whole.id, whole.verdict, whole.detail) == ("ledger-whole", Verdict.PASSED, detail.format(3))
    assert ledger_whole(records, [*looks[:2], look(2, served=False)]).verdict == Verdict.PASSED


@pytest.mark.parametrize(
    ("scripts", "some"),
    [(["", "# only words\n  # more"], False), (["\n\n", "  \n# x\n true\n"], True), (["true"], True), ([], False)],
)
def test_a_procedure_of_comments_holds_no_command(scripts: list[str], some: bool) -> None:
    steps = [Step(name="s", source="written", script=script, deadline_s=1, line=1) for script in scripts]
    assert has_commands(Procedure(id="p", title="P", line=1, steps=tuple(steps))) is some
