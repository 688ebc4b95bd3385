"""Nothing that a reader sees is outside the catalogues, and no catalogue lacks anything."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from jinja2 import Environment, nodes

from app.web.chart_words import CHART_WORDS
from app.web.language import ENGLISH, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "docs"))

import update_catalogues as catalogues  # noqa: E402

TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*.html") if p.name != "api.html")
"""The reference of the API stays English, as the API does."""
NAMES = frozenset({"codered", "CSV", "FTE", "MFU", "P10", "P50", "P90", "zip", "csv", "summary", "json"})
"""What is the same in every language."""
SEEN = frozenset({"aria-label", "placeholder", "title", "alt", "hx-confirm"})
"""Attributes whose text reaches a reader."""
CALLS = frozenset({"_", "gettext", "ngettext", "pgettext", "url_for", "asset", "may"})
FILTERS = frozenset(
    {"map", "selectattr", "rejectattr", "sum", "groupby", "replace", "plural", "term", "round", "said", "all_said"}
)
"""What takes words that no reader sees as they stand, or translates them itself."""
UNSEEN = (nodes.Compare, nodes.Test, nodes.Include, nodes.Extends, nodes.FromImport, nodes.MarkSafeIfAutoescape)
PROSE = re.compile(r"[A-Z][a-z]{2,}|[a-z]{2,} [a-z]{2,}")
LETTERS = re.compile(r"[A-Za-z]{2,}")
POS = sorted(catalogues.FOLDER.glob("*/LC_MESSAGES/messages.po"))


@pytest.fixture(scope="module")
def source() -> Catalog:
    """Every text of the source."""
    return catalogues.texts()


def test_every_language_but_english_has_a_catalogue() -> None:
    assert {po.parent.parent.name for po in POS} == set(LANGUAGES) - {ENGLISH}


@pytest.mark.parametrize("po", POS, ids=lambda po: po.parent.parent.name)
def test_a_catalogue_has_every_text_and_no_other_translated_and_sure(po: Path, source: Catalog) -> None:
    catalog = catalogues.read(po)
    assert catalogues.untranslated(catalog) == []
    assert [m.id for m in catalog if m.id and m.fuzzy] == []
    ids = [{(m.context, str(m.id)) for m in one if m.id} for one in (source, catalog)]
    assert ids[0] - ids[1] == set(), "run .venv/bin/python docs/update_catalogues.py, then translate"
    assert ids[1] - ids[0] == set(), "run .venv/bin/python docs/update_catalogues.py"


@pytest.mark.parametrize("po", POS, ids=lambda po: po.parent.parent.name)
def test_a_translation_names_the_facts_of_its_text(po: Path) -> None:
    wrong = []
    for message in catalogues.read(po):
        if message.id:
            ids, said = (x if isinstance(x, tuple) else (x,) for x in (message.id, message.string))
            wrong += [(ids[-1], text) for text in said if facts(text) != facts(ids[-1])]
    assert wrong == []


@pytest.mark.parametrize("po", POS, ids=lambda po: po.parent.parent.name)
def test_what_the_application_reads_is_what_the_catalogue_says(po: Path) -> None:
    assert po.with_suffix(".mo").read_bytes() == catalogues.as_mo(catalogues.read(po))


def test_the_page_hands_scripts_exactly_the_words_that_they_say() -> None:
    said = set()
    for script in (ROOT / "app" / "static" / "js").rglob("*.js"):
        said |= {found[1] for found in extract_from_file("javascript", script, {"_": None})}
    assert said == set(CHART_WORDS)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_a_template_shows_no_text_that_is_not_translated(path: Path) -> None:
    assert unwrapped(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Some words</p>", ["Some words"]),
        ("<p>{{ _('Some words') }} codered</p>", []),
        ("{% trans %}Some words{% endtrans %}", []),
        ('<p aria-label="A label"></p>', ["A label"]),
        ("<p>{{ 'Add' if new else _('Edit') }}</p>", ["Add"]),
        ("{% for id, text in [('a', 'Words')] %}<p>{{ text }}</p>{% endfor %}", ["Words"]),
        ("<script>const some = 'word here';</script>", []),
    ],
)
def test_the_search_for_such_texts_finds_them(template: str, found: list[str]) -> None:
    assert unwrapped(template) == found


def facts(text: str) -> set[str]:
    """The facts that a text names."""
    return set(re.findall(r"%\((\w+)\)s", text))


def unwrapped(template: str) -> list[str]:
    """The texts of a template that a reader sees and that pass by the catalogue."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tree = environment.parse(template)
    reader = _Reader()
    reader.feed("".join(_html(tree)))
    reader.close()
    return [*reader.found, *_constants(tree)]


def _html(tree: nodes.Node) -> list[str]:
    """The HTML that stands in a template, with a mark for everything computed."""
    found = []
    for output in tree.find_all(nodes.Output):
        found += [part.data if isinstance(part, nodes.TemplateData) else "\ue000" for part in output.nodes]
    return found


class _Reader(HTMLParser):
    """Collects text and attributes that are seen."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "code")
        for name, value in attrs:
            if name in SEEN:
                self._keep(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._keep(data)

    def _keep(self, text: str) -> None:
        if set(LETTERS.findall(text)) - NAMES:
            self.found.append(" ".join(text.replace("\ue000", "…").split()))


def _constants(node: nodes.Node) -> list[str]:
    """Prose in expressions, except in what translates it or what no reader sees."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in CALLS:
        return [text for arg in _facts_of(node) for text in _constants(arg)]
    if isinstance(node, nodes.Filter) and node.name in FILTERS:
        return _constants(node.node) if node.node is not None else []
    if isinstance(
        node, nodes.Compare | nodes.Test | nodes.Include | nodes.Extends | nodes.FromImport | nodes.MarkSafeIfAutoescape
    ):
        return []
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and PROSE.search(node.value):
        return [] if _is_markup(node.value) else [node.value]
    return [text for child in node.iter_child_nodes() for text in _constants(child)]


def _facts_of(call: nodes.Call) -> list[nodes.Node]:
    return [one.value for one in call.kwargs]


def _is_markup(text: str) -> bool:
    """Classes and attributes, such as ` class="first"` or `button first`."""
    return "=" in text or text.strip() in ("send back", "sent back", "plan of record", "to come", "in force")
