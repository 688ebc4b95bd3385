"""The words that charts say: listed here, since a script cannot read a catalogue; the page hands them over."""

from __future__ import annotations

from app.web.language import ENGLISH, _, language

CHART_WORDS = (
    "furthest behind", "furthest behind %(value)s", "even", "even, %(week)s", "value ahead of business as usual",
    "measured", "mean of %(days)s days", "trigger: −%(percent)s %", "%(count)s nodes", "nodes", "nodes of the plan",
    "freed by %(lever)s", "P10 to P90", "%(name)s, of what is planned", "planned",
)  # fmt: skip
"""Exactly the texts of `_("...")` in app/static/js, from which the catalogues take them."""


def chart_words() -> dict[str, str]:
    """The words in the language of the request; none where the script's own are right."""
    return {} if language() == ENGLISH else {text: _(text) for text in CHART_WORDS}
