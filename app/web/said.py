"""What the planner and the actions said, in the reader's language: English sentences known by their patterns.

sentence -> the pattern that it fits -> the pattern's translation -> its parts, each said by what it is
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

from app.web.column_words import TABLE, term
from app.web.formats import day
from app.web.language import ENGLISH, _, language
from app.web.sentences import SENTENCES

_PART = re.compile(r"%\((\w+)\)s")
_AMOUNT = re.compile(r"(−?[\d.,]+) (.+)")
_LIST = re.compile(r"(, | and | or )(?![^()]*\))")
_COUNTED = re.compile(r".* [\d.,]+")
_NUMBER = r"[+−-]?[\d.,]+(?:e[+-]?\d+)?(?: %)?"
_DATE = r"\d{4}-\d\d-\d\d"
_NUMBERS = (
    "number", "count", "weeks", "share", "got", "useful", "own", "spare", "lack", "left", "limit", "most", "least",
    "takes", "low", "high", "rest", "fte", "total", "step", "served", "asked",
)  # fmt: skip
_SHAPES = {
    **dict.fromkeys(_NUMBERS, _NUMBER), "date": _DATE, "week": _DATE, "unit": r"[A-Za-z]+",
    "amount": r"[−-]?[\d.,]+ \S.*?", "day": r"\d{1,2} [A-Z][a-z]+ \d{4}",
}  # fmt: skip
"""What a part looks like by its name (without what follows `_`); any text where nothing is said here."""


def said(text: object) -> str:
    """A sentence or word of the planner as the reader says it; one that fits no pattern stays English."""
    return str(text) if language() == ENGLISH else _said(str(text))


def all_said(text: object) -> str:
    """Several sentences joined by commas and `and`, such as the steps of a way out."""
    return str(text) if language() == ENGLISH else _list(str(text))


def capital(text: object) -> str:
    """With a capital letter, as a heading or a sentence begins."""
    return str(text)[:1].upper() + str(text)[1:]


def sentence(text: object) -> str:
    """What was said as a sentence: a capital letter first, a full stop at its end."""
    whole = capital(said(text))
    return whole if whole.endswith((".", "?", "。")) else _("%(sentence)s.", sentence=whole)


def fits(text: str) -> bool:
    """Whether a sentence is known, so that it can be translated."""
    return _match(text) is not None


def _said(text: str) -> str:
    found = _match(text)
    if found is None:
        return text
    pattern, parts = found
    return _(pattern, **{name: _part(name, part) for name, part in parts.items()}) if parts else _(pattern) % {}


def _part(name: str, text: str) -> str:
    """A part is said by what it is, which its name begins with; names of projects, pools and people stay."""
    for kind, say in _KINDS.items():
        if name.startswith(kind):
            return say(text)
    return text


def _list(text: str) -> str:
    """Items of a list; what is no item by itself belongs to the one before, as in `4 nodes of H100 nodes, East US`."""
    first, *more = _LIST.split(text)
    items = [first]
    for mark, item in zip(more[::2], more[1::2], strict=True):
        if fits(item) or (_COUNTED.fullmatch(item) and _COUNTED.fullmatch(items[-1])):
            items.append(item)
        else:
            items[-1] += (mark if mark == ", " else _(", ")) + item
    return _(", ").join(_said(item) for item in items)


def _series(text: str) -> str:
    return _("; ").join(_said(part) for part in text.split("; "))


def _thing(text: str) -> str:
    """What was not found: a word of its own, or the record kind of a table."""
    return _said(text) if fits(text) else term(text, TABLE)


def _day(text: str) -> str:
    try:
        return day(datetime.strptime(text, "%d %B %Y").date())
    except ValueError:
        return text


def _amount(text: str) -> str:
    found = _AMOUNT.fullmatch(text)
    return f"{found[1]} {_said(found[2])}" if found else text


_KINDS: dict[str, Callable[[str], str]] = {
    "said": _said, "unit": _said, "thing": _thing, "list": _list, "series": _series, "day": _day, "amount": _amount,
}  # fmt: skip


@cache
def _match(text: str) -> tuple[str, dict[str, str]] | None:
    if text in _whole():
        return _whole()[text], {}
    for pattern, shape in _patterns():
        if found := shape.fullmatch(text):
            return pattern, found.groupdict()
    return None


@cache
def _whole() -> dict[str, str]:
    return {text.replace("%%", "%"): text for text in SENTENCES if not _PART.search(text)}


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Patterns with parts: those that begin with words, then those with most words, since the others fit more."""
    some = [text for text in SENTENCES if _PART.search(text)]
    ordered = sorted(some, key=lambda text: (text.startswith("%("), -len(_PART.sub("", text))))
    return [(text, _shape(text)) for text in ordered]


def _shape(pattern: str) -> re.Pattern[str]:
    fixed = [re.escape(part.replace("%%", "%")) for part in _PART.split(pattern)[::2]]
    names = _PART.findall(pattern)
    parts = [f"(?P<{name}>{_SHAPES.get(name.split('_')[0], '.+?')})" for name in names]
    return re.compile("".join(a + b for a, b in zip(fixed, [*parts, ""], strict=True)))
