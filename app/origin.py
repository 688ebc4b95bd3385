"""Whether a browser sends a request on behalf of another site; every door that writes asks this."""

from __future__ import annotations

from urllib.parse import urlsplit

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def from_elsewhere(fetch_site: str | None, origin: str | None, host: str) -> bool:
    """Whether a browser says that another site sent this; clients that are no browsers say nothing."""
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return True
    return origin is not None and urlsplit(origin).netloc != host
