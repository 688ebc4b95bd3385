"""What pages count: every noun with its plural, said with its number in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable

from app.web.language import ngettext

NOUNS: dict[str, Callable[[int, str], str]] = {
    "account": lambda n, num: ngettext("%(num)s account", "%(num)s accounts", n, num=num),
    "build": lambda n, num: ngettext("%(num)s build", "%(num)s builds", n, num=num),
    "change": lambda n, num: ngettext("%(num)s change", "%(num)s changes", n, num=num),
    "deadline": lambda n, num: ngettext("%(num)s deadline", "%(num)s deadlines", n, num=num),
    "fault": lambda n, num: ngettext("%(num)s fault", "%(num)s faults", n, num=num),
    "floor": lambda n, num: ngettext("%(num)s floor", "%(num)s floors", n, num=num),
    "job": lambda n, num: ngettext("%(num)s job", "%(num)s jobs", n, num=num),
    "line": lambda n, num: ngettext("%(num)s line", "%(num)s lines", n, num=num),
    "pause": lambda n, num: ngettext("%(num)s pause", "%(num)s pauses", n, num=num),
    "plan": lambda n, num: ngettext("%(num)s plan", "%(num)s plans", n, num=num),
    "point": lambda n, num: ngettext("%(num)s point", "%(num)s points", n, num=num),
    "pool": lambda n, num: ngettext("%(num)s pool", "%(num)s pools", n, num=num),
    "project": lambda n, num: ngettext("%(num)s project", "%(num)s projects", n, num=num),
    "record": lambda n, num: ngettext("%(num)s record", "%(num)s records", n, num=num),
    "risk": lambda n, num: ngettext("%(num)s risk", "%(num)s risks", n, num=num),
    "violation": lambda n, num: ngettext("%(num)s violation", "%(num)s violations", n, num=num),
    "webhook": lambda n, num: ngettext("%(num)s webhook", "%(num)s webhooks", n, num=num),
    "way": lambda n, num: ngettext("%(num)s way", "%(num)s ways", n, num=num),
    "week": lambda n, num: ngettext("%(num)s week", "%(num)s weeks", n, num=num),
    "worker": lambda n, num: ngettext("%(num)s worker", "%(num)s workers", n, num=num),
}


def counted(count: int, num: str, noun: str, plural: str = "") -> str:
    """`1 week`, `3 weeks`; a noun that is not listed stays English."""
    known = NOUNS.get(noun)
    return known(count, num) if known else f"{num} {noun if count == 1 else plural or noun + 's'}"
