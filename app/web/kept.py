"""Parts of pages that are written once: plans never change, and most of a plan's page says the same to every reader."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from cachetools import LRUCache
from flask import request
from markupsafe import Markup

from app.actions.plans import StoredPlan
from app.web.language import language

LETTERS_KEPT = 32_000_000
"""Letters of written parts that are kept, all together."""

_written: LRUCache[Hashable, Markup] = LRUCache(LETTERS_KEPT, getsizeof=len)
_guard = Lock()


def kept(stored: StoredPlan, record: StoredPlan | None, write: Callable[[], str]) -> Markup:
    """What `write` makes of a plan beside the plan of record, for an address and in a language.

    It must depend on nothing else: not on who reads it, nor on what was decided about the plan.
    """
    key = (_identity(stored), _identity(record), language(), request.script_root, _address())
    with _guard:
        found = _written.get(key)
    if found is None:
        found = Markup(write())  # noqa: S704 - a rendered template, which has escaped what it shows
        if len(found) <= LETTERS_KEPT:
            with _guard:
                _written[key] = found
    return found


def _address() -> Hashable:
    return request.path, tuple(request.args.items(multi=True))


def _identity(plan: StoredPlan | None) -> Hashable:
    """In a restored database another plan may have the number."""
    return (plan.id, plan.digest, plan.created_at, plan.who, plan.policy) if plan else None
