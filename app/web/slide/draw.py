"""Lay a slide out: the decision on top, then numbers, dates and who pays, then the race, the terms and the risks."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from app.web.formats import day, percent, signed
from app.web.language import _
from app.web.slide.content import ClassLine, Slide, Table, race_text
from app.web.slide.sheet import INK, LINE, PALE, SOFT, WIDTH, Sheet

MARGIN = 56
GAP = 44
COLUMN = (WIDTH - 2 * MARGIN - 2 * GAP) / 3
UPPER, LOWER, FOOT = 292, 676, 1046
"""Where the two rows of panels and the foot begin."""
BODY, TERMS, SMALL, HEAD = 18.0, 17.0, 15.0, 24.0
TWICE = 13.0
"""A long name takes two lines of a row."""
PAD = 16.0
"""Room before a column of figures."""
STEP = 37.0
LARGEST = 0.75
"""The share of a panel that its figures may take from the names."""
BAR = "n" * 14
"""As wide as the bar of a class."""
PANELS = 3
LINES = 3
"""The most that one of the terms may take."""
_one_at_a_time = Lock()
"""The caches behind fonts are not made for two threads at once."""


def draw(slide: Slide) -> bytes:
    """The slide as a PNG of 1920 by 1080 pixels."""
    with _one_at_a_time:
        return lay_out(slide).png()


def lay_out(slide: Slide) -> Sheet:
    """The slide on a sheet, with every text that it holds."""
    sheet = Sheet()
    _top(sheet, slide)
    left, middle, right = (MARGIN + n * (COLUMN + GAP) for n in range(PANELS))
    _heading(sheet, left, UPPER, _("The numbers"), slide.proof)
    _classes(sheet, left, UPPER + 66, slide.classes)
    _heading(sheet, middle, UPPER, _("Goals and their dates"))
    _table(sheet, middle, UPPER + 66, slide.goals)
    _heading(sheet, right, UPPER, _("Who pays"))
    _table(sheet, right, UPPER + 66, slide.payers)
    _heading(sheet, left, LOWER, _("Value beside today's amounts kept"))
    _race(sheet, left, LOWER + 50, slide)
    _heading(sheet, middle, LOWER, _("The terms"))
    _pairs(sheet, middle, LOWER + 48, slide.facts)
    _heading(sheet, right, LOWER, _("Risks and the way back"))
    _pairs(sheet, right, LOWER + 48, slide.risks)
    sheet.rule(MARGIN, FOOT - 24, WIDTH - MARGIN)
    sheet.text(MARGIN, FOOT, slide.foot, SMALL, WIDTH - 2 * MARGIN, colour=SOFT)
    return sheet


def _top(sheet: Sheet, slide: Slide) -> None:
    room = WIDTH - 2 * MARGIN
    sheet.box(0, 0, WIDTH, 14, fill=INK)
    sheet.text(MARGIN, 62, slide.kicker, 20, room * 0.7, colour=SOFT)
    state = sheet.shortened(slide.state.upper(), 20, room * 0.25, bold=True)
    wide = sheet.width(state, 20, bold=True)
    sheet.box(WIDTH - MARGIN - wide - 28, 36, wide + 28, 38, edge=INK)
    sheet.text(WIDTH - MARGIN - 14, 62, state, 20, wide + 1, bold=True, right=True)
    sheet.text(MARGIN, 128, slide.title, 48, room, bold=True)
    sheet.paragraph(MARGIN, 182, slide.lead, 28, room, 2)


def _heading(sheet: Sheet, x: float, y: float, text: str, beside: str = "") -> None:
    sheet.rule(x, y - 28, x + COLUMN, thick=3, colour=INK)
    wide = sheet.text(x, y + 4, text, HEAD, COLUMN, bold=True)
    if beside:
        sheet.text(x + COLUMN, y + 4, beside, SMALL, COLUMN - wide - 16, colour=SOFT, right=True)


def _classes(sheet: Sheet, x: float, y: float, classes: Sequence[ClassLine]) -> None:
    rows = [(c.name, "", percent(c.percent), c.open, c.deadlines) for c in classes]
    heads = (_("Class"), BAR, _("Of ideal"), _("Not proven"), _("Dates"))
    edges = _edges(sheet, x, heads, rows)
    for n in (0, 2, 3, 4):
        _cell(sheet, edges, n, y - 22, heads[n], small=True)
    for line, row in zip(classes, rows, strict=True):
        bar, start = edges[2] - edges[1] - PAD, edges[1] + PAD
        sheet.box(start, y - 8, bar, 18, fill=PALE, edge=LINE)
        sheet.box(start, y - 8, bar * min(1.0, max(0.0, line.percent / 100)), 18, fill=INK)
        for n in (0, 2, 3, 4):
            _cell(sheet, edges, n, y + 8, row[n], bold=n == 2)
        y += STEP
        sheet.rule(x, y - 17, x + COLUMN)


def _table(sheet: Sheet, x: float, y: float, table: Table) -> None:
    if not table.rows:
        sheet.text(x, y, table.nothing, BODY, COLUMN, colour=SOFT)
        return
    edges = _edges(sheet, x, table.heads, table.rows)
    for n, text in enumerate(table.heads):
        _cell(sheet, edges, n, y - 22, text, small=True)
    for line, row in enumerate(table.rows):
        for n, text in enumerate(row):
            _cell(sheet, edges, n, y + 8, text, bold=line in table.loud and n == len(row) - 1)
        y += STEP
        sheet.rule(x, y - 17, x + COLUMN)
    if table.rest:
        sheet.text(x, y + 8, table.rest, BODY, COLUMN, bold=True)


def _edges(sheet: Sheet, x: float, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Where columns end: figures get the room that they take, names what is left."""
    wide = [
        max(sheet.width(head, SMALL), *(sheet.width(row[n], BODY, bold=True) for row in rows), 0.0) + PAD
        for n, head in enumerate(heads)
    ][1:]
    share = min(1.0, LARGEST * COLUMN / sum(wide))
    found = [x, x + COLUMN - share * sum(wide)]
    for width in wide:
        found.append(found[-1] + share * width)
    return found


def _cell(
    sheet: Sheet, edges: Sequence[float], n: int, y: float, text: str, *, bold: bool = False, small: bool = False
) -> None:
    """The first column begins at its left edge, every other ends at its right one."""
    size, room = SMALL if small else BODY, edges[n + 1] - edges[n] - (0 if n == 0 else PAD - 2)
    colour = SOFT if small else INK
    if n == 0 and sheet.width(text, size, bold=bold) > room >= sheet.width(text, SMALL, bold=bold):
        sheet.text(edges[0], y, text, SMALL, room, bold=bold, colour=colour)
    elif n == 0 and sheet.width(text, size, bold=bold) > room:
        sheet.paragraph(edges[0], y - 9, text, TWICE, room, 2)
    elif n == 0:
        sheet.text(edges[0], y, text, size, room, bold=bold, colour=colour)
    else:
        sheet.text(edges[n + 1], y, text, size, room, bold=bold, colour=colour, right=True)


def _pairs(sheet: Sheet, x: float, y: float, pairs: Sequence[tuple[str, str]]) -> None:
    """What and how, each in a few lines; as many as there is room for."""
    name = 0.29 * COLUMN
    for n, (what, text) in enumerate(pairs):
        lines = sheet.wrapped(text, TERMS, COLUMN - name, LINES)
        left = len(pairs) - n
        more = SMALL * 1.35 if left > 1 else 0.0
        if y + (len(lines) - 1) * TERMS * 1.35 + more > FOOT - 34:
            sheet.text(x, y, _("and %(left)s more in the brief", left=left), SMALL, COLUMN, colour=SOFT)
            return
        sheet.text(x, y, what, TERMS, name - 12, colour=SOFT)
        y = sheet.paragraph(x + name, y, text, TERMS, COLUMN - name, LINES) + 7


def _race(sheet: Sheet, x: float, y: float, slide: Slide) -> None:
    """The pit stop: value up to each week less that of today's amounts kept."""
    race = slide.race
    sheet.paragraph(x, y - 2, _("Pays off: %(how)s.", how=race_text(race)), BODY, COLUMN, 2)
    top, bottom, left = y + 56, FOOT - 66, x + 96
    high, low = max(0.0, *race.ahead), min(0.0, *race.ahead)
    span = (high - low) or 1.0

    def place(week: int, value: float) -> tuple[float, float]:
        across = (COLUMN - 96) * week / max(1, len(race.ahead) - 1)
        return left + across, bottom - (bottom - top) * (value - low) / span

    zero = place(0, 0.0)[1]
    sheet.rule(left, zero, x + COLUMN, colour=INK)
    sheet.text(left - 10, zero + 6, "0", SMALL, 80, right=True, colour=SOFT)
    for value in (high, low):
        if abs(place(0, value)[1] - zero) > SMALL * 1.4:
            sheet.text(left - 10, place(0, value)[1] + 6, signed(value, 0), SMALL, 86, right=True,
                       colour=SOFT)  # fmt: skip
    sheet.line([place(t, value) for t, value in enumerate(race.ahead)], thick=4)
    for week in (race.lowest, race.even):
        if week is not None:
            across, down = place(week, race.ahead[week])
            sheet.box(across - 7, down - 7, 14, 14, fill="white", edge=INK)
    sheet.text(left, FOOT - 40, day(race.weeks[0]), SMALL, 200, colour=SOFT)
    sheet.text(x + COLUMN, FOOT - 40, day(race.weeks[-1]), SMALL, 200, colour=SOFT, right=True)
