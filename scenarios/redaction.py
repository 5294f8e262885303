"""Secrets taken out of what is about to be kept or shown: known values, in twelve encodings, also over line ends. Pure.

Only values that are known are found; nothing is guessed from how it looks. What is looked for is listed in ENCODINGS.
A value is found wherever it begins in a run of base64 or base32, in either case of hexadecimal digits, and with line
ends, blanks and escaped line ends anywhere inside it.
"""

import base64
import html
import json
import re
import shlex
from bisect import bisect_right
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

SHOWN = b"[redacted]"
SHORTEST = 8  # bytes: anything shorter occurs by chance, and would take half of a log with it
WHOLE = 20  # of a value this long a piece at either end is found too: what shows it may have cut it
PIECE = 10
_GAP = re.compile(rb"(?:[\s\0]|\\[nr])+")
_BLANKS = b" \t\r\n\x0b\x0c\0"  # the 0 of UTF-16, so that it too is found over line ends


def _shifted(value: bytes, encode: Callable[[bytes], bytes], group: int, bits: int) -> set[bytes]:
    """What of its encoded form is the same whatever stands before and after it, for each place it may begin at."""
    found = set()
    for before in range(group):
        whole = encode(bytes(before) + value)
        first, last = -(-before * 8 // bits), (before + len(value)) * 8 // bits
        found.add(whole[first:last])
    return found


def _percent(value: bytes) -> set[bytes]:
    text = quote(value, safe="").encode()
    lower = re.sub(rb"%[0-9A-F]{2}", lambda found: found[0].lower(), text)
    return {text, lower, quote(value, safe="/:@").encode()}


def _every_byte(value: bytes) -> set[bytes]:
    return {"".join(f"%{byte:02X}" for byte in value).encode(), "".join(f"%{byte:02x}" for byte in value).encode()}


def _json(value: bytes) -> set[bytes]:
    text = value.decode("utf-8", "replace")
    return {json.dumps(text, ensure_ascii=plain)[1:-1].encode() for plain in (True, False)}


def _html(value: bytes) -> set[bytes]:
    text = value.decode("utf-8", "replace")
    short = html.escape(text, quote=False)
    return {html.escape(text).encode(), short.encode(), html.escape(text).replace("&#x27;", "&#39;").encode()}


def _shell(value: bytes) -> set[bytes]:
    text = value.decode("utf-8", "replace")
    quoted = shlex.quote(text)
    inner = quoted[1:-1] if quoted != text else text
    return {inner.encode(), text.replace("'", "'\\''").encode(), re.sub(r"([^\w@%+=:,./-])", r"\\\1", text).encode()}


# what a value may look like, by the name that docs/architecture.md has for it
ENCODINGS: dict[str, Callable[[bytes], set[bytes]]] = {
    "plain": lambda value: {value},
    "base64": lambda value: _shifted(value, base64.b64encode, 3, 6),
    "base64url": lambda value: _shifted(value, base64.urlsafe_b64encode, 3, 6),
    "base32": lambda value: _shifted(value, base64.b32encode, 5, 5),
    "hexadecimal": lambda value: {value.hex().encode(), value.hex().upper().encode()},
    "percent, reserved characters": _percent,
    "percent, every byte": _every_byte,
    "form": lambda value: {quote_plus(value).encode()},
    "JSON string": _json,
    "HTML": _html,
    "shell": _shell,
    "UTF-16LE": lambda value: {value.decode("utf-8", "replace").encode("utf-16-le")},
}


class Redactor:
    """Knows some values; takes them out of bytes and texts."""

    def __init__(self, values: Iterable[str]) -> None:
        """Values of fewer than SHORTEST bytes are not looked for."""
        known = [value.encode() for value in dict.fromkeys(values) if len(value.encode()) >= SHORTEST]
        found = {look for value in known for encode in ENCODINGS.values() for look in encode(value)}
        pieces = {piece for value in known if len(value) >= WHOLE for piece in (value[:PIECE], value[-PIECE:])}
        # the longest first: what stands for the whole value goes before a piece of it
        self._looks = sorted({_squeezed(look) for look in found | pieces}, key=lambda look: (-len(look), look))

    def __call__(self, data: bytes) -> bytes:
        """`data` without them; the very same object where there are none. Line ends inside a value stay."""
        if not self._looks:
            return data
        squeezed = _squeezed(data)
        present = [look for look in self._looks if look in squeezed]
        return _without(data, present) if present else data

    def text(self, text: str) -> str:
        """The same for a text."""
        data = text.encode("utf-8", "surrogateescape")
        clean = self(data)
        return text if clean is data else clean.decode("utf-8", "surrogateescape")

    def held(self, data: bytes, least: int) -> int:
        """How many bytes at the end of `data` may be the beginning of a value, `least` of it or more."""
        longest = max(map(len, self._looks), default=0)
        tail = data[-4 * longest :] if longest else b""  # with the gaps that may be in it
        squeezed, origins = _squeeze(tail)
        for size in range(min(longest - 1, len(squeezed)), least - 1, -1):
            if any(look.startswith(squeezed[-size:]) for look in self._looks):
                return len(tail) - origins(len(squeezed) - size)
        return 0


def knows_nothing() -> Redactor:
    """Where there are no secrets."""
    return Redactor(())


class Stream:
    """Data that comes in pieces, a value perhaps in two of them."""

    def __init__(self, redactor: Callable[[], Redactor], held: int = 1) -> None:
        """`redactor` is asked for each piece: more values may be known by then.

        `held`: so many bytes of a value's beginning, at the end of what has come so far, wait for the rest.
        """
        self._redactor = redactor
        self._held = held
        self._waiting = b""

    def feed(self, data: bytes) -> bytes:
        """What may be passed on now."""
        redactor = self._redactor()
        clean = redactor(self._waiting + data)
        held = redactor.held(clean, self._held)
        self._waiting = clean[len(clean) - held :]
        return clean[: len(clean) - held]

    def end(self) -> bytes:
        """What was still waiting."""
        waiting, self._waiting = self._waiting, b""
        return waiting


def _squeezed(data: bytes) -> bytes:
    """Without line ends, blanks, zeros and escaped line ends."""
    dense = data.translate(None, _BLANKS)
    return _GAP.sub(b"", dense) if b"\\n" in dense or b"\\r" in dense else dense


def _squeeze(data: bytes) -> tuple[bytes, Callable[[int], int]]:
    """The same, and what tells for a place in it the place in `data`."""
    kept, starts, sources, at = [], [0], [0], 0
    size = 0
    for gap in _GAP.finditer(data):
        kept.append(data[at : gap.start()])
        size += gap.start() - at
        at = gap.end()
        starts.append(size)
        sources.append(at)
    kept.append(data[at:])

    def origin(place: int) -> int:
        part = bisect_right(starts, place) - 1
        return sources[part] + place - starts[part]

    return b"".join(kept), origin


def _without(data: bytes, looks: list[bytes]) -> bytes:
    squeezed, origin = _squeeze(data)
    spans: list[tuple[int, int]] = []
    for look in looks:
        start = squeezed.find(look)
        while look and start >= 0:
            spans.append((origin(start), origin(start + len(look) - 1) + 1))
            start = squeezed.find(look, start + 1)
    pieces, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            pieces += [data[at:start], SHOWN]
        if end > at:
            pieces.append(b"\n" * data[max(start, at) : end].count(b"\n"))
            at = end
    return b"".join([*pieces, data[at:]])
