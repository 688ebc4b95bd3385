"""Where a request comes from and what it calls the server: every door asks this before it does anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

PASSED_ON = frozenset({"forwarded", "x-forwarded-for", "x-real-ip"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def from_elsewhere(fetch_site: str | None, origin: str | None, host: str) -> bool:
    """Whether a browser says that another site sent this; clients that are no browsers say nothing."""
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return True
    return origin is not None and urlsplit(origin).netloc != host


def is_this_machine(address: str | None) -> bool:
    """Whether an address, or the name `localhost`, is this machine's own; a socket file has no address and is."""
    if not address or address == "localhost":
        return True
    try:
        found = ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def is_direct(names: Iterable[str]) -> bool:
    """Whether no header, by its name, says that a proxy passes on what somebody else asks."""
    return not PASSED_ON & {name.lower() for name in names}


def calls_by_name(host: str, trusted: Collection[str] | None) -> bool:
    """Whether the Host header is one of the server's names; another site may have a name of its own lead here."""
    if trusted is None:
        return True
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.lower() in trusted
