"""Known values are taken out in twelve encodings, whatever stands around them and wherever they are broken."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.redaction import ENCODINGS, SHOWN, Redactor, Stream
from tests.canaries import ENCODERS, leaks

SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=9, max_size=40)
AROUND = st.text("abcXYZ0189 :/@=&\"'<>{}[]", max_size=20)
few = settings(max_examples=60, deadline=None, derandomize=True)


def test_there_are_twelve_and_each_has_a_test() -> None:
    assert len(ENCODINGS) == 12
    assert set(ENCODINGS) == set(ENCODERS)


@few
@given(SECRETS, AROUND, AROUND)
@pytest.mark.parametrize("name", ENCODERS)
def test_each_encoding_is_found_in_any_text(name: str, secret: str, before: str, after: str) -> None:
    """The encoder is the test's own, and encodes the secret within what stands around it."""
    said = ENCODERS[name](before + secret + after)
    assert leaks(Redactor([secret])(said), [secret]) == []


@few
@given(SECRETS, st.integers(1, 90), st.sampled_from([b"\n", b"\r\n", b"\n    ", b"\\n"]))
@pytest.mark.parametrize("name", ENCODERS)
def test_and_broken_over_lines_of_any_width(name: str, secret: str, width: int, end: bytes) -> None:
    """As base64 is wrapped, as terminals do it, and as a log shows in a line of JSON."""
    said = ENCODERS[name]("user:" + secret + "@host")
    broken = end.join(said[at : at + width] for at in range(0, len(said), width))
    clean = Redactor([secret])(broken)
    assert leaks(clean, [secret]) == []
    assert clean.count(b"\n") == broken.count(b"\n")


@few
@given(SECRETS, AROUND, AROUND, st.lists(st.integers(0, 200), max_size=8))
def test_and_in_pieces_that_come_one_after_another(secret: str, before: str, after: str, cuts: list[int]) -> None:
    """What has passed on is clean at every moment, and together it is what would have come out at once."""
    said = (before + secret + after).encode()
    redactor = Redactor([secret])
    stream, passed, at = Stream(lambda: redactor), b"", 0
    for cut in sorted(cuts):
        passed += stream.feed(said[at : max(at, cut)])
        at = max(at, cut)
    passed += stream.feed(said[at:]) + stream.end()
    assert leaks(passed, [secret]) == []


@few
@given(st.binary(max_size=300))
def test_what_holds_no_secret_stays_as_it_is(data: bytes) -> None:
    assert Redactor(["a-secret-that-is-nowhere"])(data) is data
    assert Redactor([])(data) is data


def test_what_stands_around_it_stays() -> None:
    redactor = Redactor(["hunter2-hunter2"])
    assert redactor.text("postgresql://a:hunter2-hunter2@h/d, hunter2-hunter2!") == (
        f"postgresql://a:{SHOWN.decode()}@h/d, {SHOWN.decode()}!"
    )


def test_a_piece_of_a_long_one_is_found_too() -> None:
    """pytest and reports cut what is long, in the middle of a secret, too."""
    secret = "Zm9vYmFyQkFaLTEyMzQ1Njc4"
    redactor = Redactor([secret])
    assert secret[:12] not in redactor.text(f"{{'url': 'postgresql://a:{secret[:12]}...")
    assert secret[-12:] not in redactor.text(f"...{secret[-12:]}@127.0.0.1/d")


def test_what_is_short_is_not_looked_for() -> None:
    assert Redactor(["drill"]).text("drill reap") == "drill reap"


def test_a_secret_in_base64_between_others_is_found_at_each_place_it_may_begin() -> None:
    for before in ("", "x", "xx", "xxx"):
        said = base64.b64encode(f"{before}correct-horse-battery{before}".encode())
        assert SHOWN in Redactor(["correct-horse-battery"])(said)
