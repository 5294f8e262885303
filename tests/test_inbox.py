"""The channel that messages go to: what it says it has is what came, and it is in the evidence before it says so."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.inbox import Inbox


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    made = Inbox(tmp_path / "notifications.jsonl")
    yield made
    made.stop()


def ask(url: str, content: bytes | None = None) -> object:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data=content), timeout=5) as answer:
        return json.load(answer)


def test_what_is_sent_is_kept_and_told(inbox: Inbox, tmp_path: Path) -> None:
    assert ask(inbox.url) == {"messages": []}
    assert ask(inbox.url, b'{"text": "we are back"}') == {"received": 1}
    assert ask(inbox.url) == {"messages": [{"text": "we are back"}]}
    assert json.loads((tmp_path / "notifications.jsonl").read_text(encoding="utf-8")) == {"text": "we are back"}


def test_what_is_no_message_is_refused(inbox: Inbox) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(inbox.url, b"we are back")
    assert ask(inbox.url) == {"messages": []}


def test_it_is_reached_on_the_loopback_only_and_is_gone_afterwards(inbox: Inbox) -> None:
    assert inbox.url.startswith("http://127.0.0.1:")
    inbox.stop()
    with pytest.raises(urllib.error.URLError):
        ask(inbox.url)
