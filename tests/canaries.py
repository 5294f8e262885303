"""Secrets that are planted to see whether they come out anywhere: how they may look, and where to look for them."""

import base64
import html
import json
import secrets
import shlex
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote, quote_plus

ODD = "é'\"<>&$/+% \\;|*"  # each is written otherwise by one encoding or another


def plant(number: int) -> list[str]:
    """So many, half of them as a generator makes them and half with characters that encodings change."""
    odd = [f"{secrets.token_hex(6)}{ODD}{secrets.token_urlsafe(9)}" for _ in range(number // 2)]
    return odd + [secrets.token_urlsafe(18) for _ in range(number - len(odd))]


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


# our own words for each encoding, which know nothing of how the redactor looks for it
ENCODERS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "base64": lambda text: base64.encodebytes(text.encode()),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()),
    "base32": lambda text: base64.b32encode(text.encode()),
    "hexadecimal": lambda text: base64.b16encode(text.encode()),
    "percent, reserved characters": lambda text: quote(text, safe="").encode(),
    "percent, every byte": lambda text: b"".join(b"%%%02x" % byte for byte in text.encode()),
    "form": lambda text: quote_plus(text).encode(),
    "JSON string": lambda text: json.dumps({"said": text}).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "shell": lambda text: shlex.quote(text).encode(),
    "UTF-16LE": _utf16,
}


def forms(secret: str) -> Iterable[tuple[str, bytes]]:
    """(encoding, what of it does not depend on what stands around the secret), for each place it may begin at."""
    for name, encode in ENCODERS.items():
        if name in ("base64", "base64url", "base32"):
            for before in range(5):
                said = b"".join(encode("x" * before + secret + "yyyyy").split())
                yield name, said[8 : len(said) - 16]  # neither the neighbours' bits nor the padding
        else:
            said = encode(secret)
            inner = said[len(b'{"said": "') : -2] if name == "JSON string" else said
            yield name, inner.strip(b"'") if name == "shell" else inner


def leaks(data: bytes, planted: Sequence[str]) -> list[str]:
    """The encodings in which a planted secret is in `data`, as it is or over line ends."""
    dense = b"".join(data.split())
    escaped = dense.replace(b"\\n", b"")
    found = []
    for secret in planted:
        for name, form in forms(secret):
            tight = b"".join(form.split())
            if len(tight) > 5 and (form in data or tight in dense or tight in escaped):
                found.append(name)
    return found
