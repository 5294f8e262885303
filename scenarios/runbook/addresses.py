"""Literal public addresses: a runbook names hosts, registries and people's mail only through parameters."""

import ipaddress
import re
from collections.abc import Iterator

_URL = re.compile(r"\b[a-z][a-z0-9+.\-]*://(?:[^\s/@\"'`<>]*@)?(\[[0-9a-f:.]+\]|[^\s/:?#\"'`<>)\]]+)", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+\-]+@((?:[\w\-]+\.)+[a-z]{2,})\b", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.IGNORECASE)
_REGISTRY = re.compile(
    r"(?<![\w.\-])(?:[\w\-]+\.)*(?:docker\.io|gcr\.io|ghcr\.io|quay\.io|pkg\.dev|azurecr\.io|registry\.k8s\.io|amazonaws\.com"
    r"|registry\.gitlab\.com|mcr\.microsoft\.com)(?![\w\-])",
    re.IGNORECASE,
)
_CLIENT = re.compile(r"\b(?:curl|wget|ssh|scp|sftp|rsync|ping|nc|dig|nslookup|telnet)\b([^|;&\n]*)")
_BARE_HOST = re.compile(
    r"(?<![\w./@$\-{])((?:[a-z0-9\-]+\.)+(?:com|org|net|io|app|dev|cloud|run|ai|co))(?![\w\-.])", re.IGNORECASE
)
# Names that RFC 2606 and RFC 6761 keep out of the public net, and those that clusters and home networks use.
_PRIVATE_ENDINGS = (
    "localhost",
    "example",
    "invalid",
    "test",
    "local",
    "internal",
    "example.com",
    "example.org",
    "example.net",
)


def public_addresses(line: str) -> Iterator[str]:
    """Yield each literal public address of one line of text, as it is written there."""
    for match in _URL.finditer(line):
        if _public_host(match[1]):
            yield match[0]
    for match in _MAIL.finditer(line):
        if _public_host(match[1]):
            yield match[0]
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(line):
            if _public_ip(match[0]):
                yield match[0]
    for match in _REGISTRY.finditer(line):
        yield match[0]
    for client in _CLIENT.finditer(line):
        for match in _BARE_HOST.finditer(client[1]):
            if _public_host(match[1]):
                yield match[1]


def _public_ip(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


def _public_host(host: str) -> bool:
    """True for a name or address that means something outside this machine and its cluster."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    labels = host.split(".")
    if len(labels) < 2 or not re.fullmatch(r"[a-z][a-z0-9\-]*", labels[-1]) or "$" in host:
        return False
    return not any(host == ending or host.endswith("." + ending) for ending in _PRIVATE_ENDINGS)
