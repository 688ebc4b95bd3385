"""Brings the catalogues of every language up to date with the texts of the source, and compiles them.

.venv/bin/python docs/update_catalogues.py

templates, app/web, app/static/js, solver/records.py -> texts -> app/translations/*/LC_MESSAGES/messages.po -> .mo
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "app" / "translations"
sys.path.insert(0, str(ROOT))
WAYS = [
    ("app/web/**.py", "python"),
    ("templates/api.html", "ignore"),
    ("templates/**.html", "jinja2"),
    ("app/static/js/**.js", "javascript"),
]
HOW = {
    "templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false",
                          "trim_blocks": "true", "lstrip_blocks": "true"},
}  # fmt: skip
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "pgettext": ((1, "c"), 2)}


def texts() -> Catalog:
    """Every text of the source that a reader may see, without translation."""
    found = Catalog(charset="utf-8")
    for folder in ("app/web", "templates", "app/static/js"):
        here = [(pattern.removeprefix(f"{folder}/"), way) for pattern, way in WAYS if pattern.startswith(folder)]
        how = {pattern.removeprefix(f"{folder}/"): options for pattern, options in HOW.items()}
        for _, _, text, _, context in extract_from_dir(str(ROOT / folder), here, how, KEYWORDS):
            found.add(text, context=context)
    for context, text in words_of_columns():
        found.add(text, context=context)
    return found


def words_of_columns() -> Iterator[tuple[str, str]]:
    """What the records, their columns and units are called, from their declarations."""
    from app.web.column_words import all_words

    yield from all_words()


def updated(po: Path, source: Catalog) -> Catalog:
    """A catalogue with the source's texts and the translations that it has; what is gone is dropped."""
    with po.open("rb") as file:
        old = read_po(file, locale=po.parent.parent.name)
    fresh = Catalog(locale=old.locale, charset="utf-8", fuzzy=False)
    for message in source:
        if message.id:
            fresh.add(message.id, translation_of(old, message), context=message.context)
    return fresh


def translation_of(old: Catalog, message: Message) -> object:
    """What the catalogue says for a text; nothing where it is new or marked as unsure."""
    known = old.get(message.id, message.context)
    if known is None or known.fuzzy or bool(known.pluralizable) != bool(message.pluralizable):
        return None
    return known.string


def as_po(catalog: Catalog) -> bytes:
    """The catalogue as text, always in the same order and without dates, so that changes are small."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, no_location=True, omit_header=True, sort_output=True)
    head = f'msgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    return f'{head}"Plural-Forms: {catalog.plural_forms};\\n"\n\n'.encode() + out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The catalogue as the application reads it; the same texts are always the same bytes."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def read(po: Path) -> Catalog:
    """A catalogue as it is stored."""
    with po.open("rb") as file:
        return read_po(file, locale=po.parent.parent.name)


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that a catalogue has no translation for."""
    return [str(m.id) for m in catalog if m.id and not all(m.string if m.pluralizable else (m.string,))]


def main() -> int:
    """Update all; the number of texts that still lack a translation is the answer."""
    source, left = texts(), 0
    for po in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        catalog = updated(po, source)
        po.write_bytes(as_po(catalog))
        po.with_suffix(".mo").write_bytes(as_mo(read(po)))
        lacking = untranslated(catalog)
        left += len(lacking)
        sys.stdout.write(f"{po.relative_to(ROOT)}: {len(catalog)} texts, {len(lacking)} without translation\n")
        sys.stdout.writelines(f"  {text}\n" for text in lacking)
    return min(left, 1)


if __name__ == "__main__":
    sys.exit(main())
