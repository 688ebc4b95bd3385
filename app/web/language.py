"""The language of a page: chosen in this browser, else that of the account, else what the browser asks for.

And the way from English to it.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations, refresh

LANGUAGES = {"en": "English", "ja": "日本語"}
"""The languages that pages are in, each by its own name. English is in the source; every other has a catalogue."""
ENGLISH = "en"
COOKIE = "codered-language"
KEPT = "codered.language"
"""Where a request keeps its language once it was asked for."""


def attach(app: Flask) -> None:
    """Give templates their texts in the language of the request."""
    Babel(app, default_locale=ENGLISH, locale_selector=_wanted)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.context_processor(lambda: {"language": language(), "languages": LANGUAGES})


def language() -> str:
    """The language of the request; English where nobody asks, as in a process that computes."""
    if not has_request_context():
        return ENGLISH
    known = request.environ
    if KEPT not in known:
        known[KEPT] = str(get_locale())
    return cast(str, known[KEPT])


def speak(code: str) -> None:
    """Say the rest of this request's answer in a language, whatever its reader chose."""
    g.spoken_language = code
    request.environ.pop(KEPT, None)
    refresh()


def _(text: str, /, **facts: object) -> str:
    """A text in the language of the request, with its facts put in."""
    said = cast(str, get_translations().ugettext(text)) if has_request_context() else text
    return said % facts if facts else said


def ngettext(one: str, many: str, count: int, /, **facts: object) -> str:
    """A text about a number of things; the number itself is the fact `num`."""
    said = get_translations().ungettext(one, many, count) if has_request_context() else one if count == 1 else many
    return cast(str, said) % {"num": count, **facts}


def pgettext(context: str, text: str) -> str:
    """A word in the language of the request, where the same word has several meanings."""
    return cast(str, get_translations().upgettext(context, text)) if has_request_context() else text


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a text for the catalogue where it is written; it is put into the reader's language where it is shown."""
    return text


def _wanted() -> str:
    """The first that is known of those chosen, and then of those that the browser names.

    `ja-JP` is Japanese, `en-GB` is English.
    """
    named = [tag.split("-")[0].lower() for tag, quality in request.accept_languages if quality > 0]
    chosen = (g.get("spoken_language", ""), request.cookies.get(COOKIE, ""), getattr(g.get("account"), "language", ""))
    known = [one for one in (*chosen, *named) if one in LANGUAGES]
    return known[0] if known else ENGLISH
