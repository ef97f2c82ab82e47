"""Which addresses on the network are a server for everybody, and which lead to this machine or into somebody's house."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# RFC 6052, RFC 8215: IPv6 addresses in which a gateway finds an IPv4 address.
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


def url_problem(url: str) -> str | None:
    """Why a server at `url` is not one that everybody reaches by https; None if it may be, as far as its text tells."""
    parts = split_url(url)
    if parts is None:
        return "it is not a URL"
    if parts.scheme == "http":
        return "plain http is not encrypted"
    if parts.scheme != "https" or not parts.hostname:
        return "it is not an https URL"
    if "@" in parts.netloc:
        return "it holds a user or a password"
    return host_problem(parts.hostname)


def host_problem(host: str) -> str | None:
    """Why the name or IP address `host` is not that of a public server, as far as its text tells."""
    if host == "localhost" or host.endswith(".localhost"):
        return "it is this machine only"
    return address_problem(host)


def split_url(url: str) -> SplitResult | None:
    """The parts of a URL of visible ASCII characters; None if it is none."""
    if not url.isascii() or not url.isprintable() or any(c in url for c in ' \\"<>^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises, too
    except ValueError:
        return None
    return parts


def address_problem(text: str) -> str | None:
    """Why the IP address `text` is no public one; None if it is, or if it is a name."""
    try:
        address: IPAddress = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return None if _is_public(address) else "it is a private address"


def is_loopback(text: str) -> bool:
    """True if the IP address `text` is this machine."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    inner = _embedded(address)
    return (inner or address).is_loopback


def _is_public(address: IPAddress) -> bool:
    inner = _embedded(address)
    return address.is_global and not address.is_multicast if inner is None else _is_public(inner)


def _embedded(address: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which an IPv6 address leads in the end, if there is one in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
