"""The words that charts and the grid say: scripts cannot read a catalogue, so that the page hands them over."""

from __future__ import annotations

from app.web.language import ENGLISH, _, language

CHART_WORDS = (
    " (the knee)", " (another is better)", "at most %(amount)s better: not proven", "nothing left unproven",
    "worth comparing", "as it stands", "the knee", "another is better", "not proven", "knee", "Row", "Column",
    "Yours", "Theirs", "Written by", "All mine", "All theirs", "Use these choices", "Cells that both wrote",
    "Somebody else was faster",
    "Nothing of yours was written. Choose what shall stand in each cell, then save again.", "whole row", "remove it",
    "keep it, as they wrote it", "add it again", "removed", "(blank)", "somebody", "%(num)s fault", "%(num)s faults",
    "And %(count)s more.", "row", ". Right would be: %(right)s", "What was pasted stands there already.",
    "Pasted into %(rows)s, %(added)s of them new.", "Pasted into %(rows)s.", "Saving …",
    "Nothing was saved. Correct what is marked, then save again.", "added", "changed", "Saved: %(what)s.",
    "Nothing to save: it says so already.", "Chosen. Nothing is saved yet.", "Save %(rows)s", "Save",
    "%(shown)s of %(rows)s", "%(num)s row", "%(num)s rows", "rising", "falling", "%(column)s, %(order)s",
    "The address of this view is copied.", "The server did not answer. What you typed is still here; try again.",
    "This is too much for one save. Save fewer rows at a time.",
    "You are signed out. Sign in again in another tab, then go on here: what you typed is still here.",
    "The server refused this (%(status)s). Nothing was saved; what you typed is still here.", "new row",
    "No row to show. Loosen the filters, or add a row.", "Rows", "Filter %(column)s", "furthest behind",
    "furthest behind %(value)s", "even", "even, %(week)s", "value ahead of business as usual", "P10 to P90",
    "%(name)s, of what is planned", "planned", "%(count)s nodes", "nodes", "nodes of the plan", "freed by %(lever)s",
    "measured", "mean of %(days)s days", "trigger: −%(percent)s %",
)  # fmt: skip
"""Exactly the texts of `_("...")` in app/static/js, from which the catalogues take them."""


def chart_words() -> dict[str, str]:
    """The words in the language of the request; none where the script's own are right."""
    return {} if language() == ENGLISH else {text: _(text) for text in CHART_WORDS}
