"""The brief as a picture: of a slide's size, readable without colour, and no text leaves its room or covers another."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from flask.ctx import RequestContext
from flask.testing import FlaskClient
from PIL import Image

from app.actions.plans import get_plan
from app.web.brief import facts_of
from app.web.slide import sheet
from app.web.slide.content import Slide, Table, slide
from app.web.slide.draw import draw, lay_out
from app.web.slide.sheet import HEIGHT, LATIN, WIDTH, Placed, Sheet
from tests.web.conftest import Site

pytestmark = pytest.mark.filterwarnings("ignore:Glyph")  # where the machine has no font with such letters
LONG = "A very long name of a project $x_1$ that nobody would ever write on one line, and yet somebody did " * 3
JAPANESE = "思いやりのある研究基盤を全社で整備するための計画と運用の見直し" * 2


def in_language(demo: Site, code: str) -> RequestContext:
    """A request of who reads in a language."""
    return demo.app.test_request_context(headers={"Accept-Language": code})


@pytest.fixture
def told(demo: Site) -> Iterator[Slide]:
    """The slide of the code red that waits for approval."""
    with in_language(demo, "en"):
        stored = get_plan(demo.db, 2)
        yield slide(stored, facts_of(stored))


def overlapping(placed: list[Placed]) -> list[tuple[str, str]]:
    """Texts that cover one another, a hair's breadth apart from touching."""
    return [
        (a.text, b.text)
        for i, a in enumerate(placed)
        for b in placed[i + 1 :]
        if min(a.right, b.right) - max(a.left, b.left) > 1 and min(a.bottom, b.bottom) - max(a.top, b.top) > 4
    ]


def stretched(told: Slide) -> Slide:
    """The same with names and texts that no room is made for."""
    goals = Table(told.goals.heads, tuple((LONG, *row[1:]) for row in told.goals.rows), told.goals.rest)
    payers = Table(told.payers.heads, tuple((JAPANESE, *row[1:]) for row in told.payers.rows), LONG)
    return replace(
        told, title=LONG, lead=LONG, kicker=LONG, state=LONG, foot=LONG, proof=LONG, goals=goals, payers=payers,
        classes=tuple(replace(c, name=LONG) for c in told.classes), facts=((LONG, LONG),) * 9,
        risks=((LONG, LONG),) * 9,
    )  # fmt: skip


def test_the_picture_is_of_a_slides_size_and_says_so(client: FlaskClient) -> None:
    answer = client.get("/plans/2/brief.png")
    assert answer.mimetype == "image/png"
    assert 'filename="code-red-plan-2-brief.png"' in answer.headers["Content-Disposition"]
    assert Image.open(io.BytesIO(answer.data)).size == (1920, 1080)
    assert "/plans/2/brief.png" in client.get("/plans/2/brief").text
    assert client.get("/plans/99/brief.png").status_code == 404


def test_the_picture_needs_no_colour_and_is_the_same_every_time(told: Slide) -> None:
    picture = draw(told)
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    assert (pixels.max(axis=2) - pixels.min(axis=2)).max() == 0
    assert draw(told) == picture


def test_the_decision_the_numbers_the_donors_and_the_risks_are_on_it(told: Slide) -> None:
    text = "\n".join(p.text for p in lay_out(told).placed)
    for title in ("The numbers", "Goals and their dates", "Who pays", "The terms", "Risks and the way back"):
        assert title in text
    assert "Declare a code red from 1 Dec 2025" in text
    assert "Not simulated yet: 16 risks are recorded." in text
    assert "Takes the place of" in text


@pytest.mark.parametrize("long", [False, True])
def test_every_text_fits_its_room_and_covers_no_other(told: Slide, long: bool) -> None:
    placed = lay_out(stretched(told) if long else told).placed
    assert len(placed) > 60
    assert [p.text for p in placed if p.right - p.left > p.room + 1] == []
    assert [p.text for p in placed if p.left < 0 or p.right > WIDTH or p.top < 0 or p.bottom > HEIGHT] == []
    assert overlapping(placed) == []
    assert any("…" in p.text for p in placed) or not long


def test_figures_are_never_shortened_for_names(told: Slide) -> None:
    texts = {p.text for p in lay_out(stretched(told)).placed}
    assert {cell for row in told.goals.rows for cell in row[1:]} <= texts
    assert {cell for row in told.payers.rows for cell in row[1:]} <= texts


def test_a_race_that_never_pays_off_and_one_of_a_single_week_are_drawn(told: Slide) -> None:
    behind = replace(told.race, ahead=tuple(-float(t) for t in range(len(told.race.weeks))), even=None, lowest=3)
    flat = replace(told.race, weeks=(date(2026, 1, 5),), ahead=(0.0,), lowest=None, even=None)
    assert any("not within this plan" in p.text for p in lay_out(replace(told, race=behind)).placed)
    assert any("never behind" in p.text for p in lay_out(replace(told, race=flat)).placed)


def test_the_slide_is_in_its_readers_language_and_every_text_fits(demo: Site) -> None:
    with in_language(demo, "ja"):
        stored = get_plan(demo.db, 2)
        placed = lay_out(slide(stored, facts_of(stored))).placed
    text = "\n".join(p.text for p in placed)
    for words in ("計画 2", "数値", "負担元", "条件", "リスクと復帰計画", "未復帰：", "計算済み"):
        assert words in text
    for words in ("The numbers", "Who pays", "Deadline", "Moves", "Weeks", "nodes", "met", "Computed", "proven"):
        assert words not in text
    assert [p.text for p in placed if p.right - p.left > p.room + 1] == []
    assert overlapping(placed) == []


@pytest.mark.parametrize(("fonts", "same"), [([LATIN], True), ([LATIN, "Noto Sans CJK JP"], False)])
def test_without_a_font_for_a_language_the_picture_is_in_english(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, fonts: list[str], same: bool
) -> None:
    english = client.get("/plans/2/brief.png", headers={"Accept-Language": "en"}).data
    monkeypatch.setattr(sheet, "_families", lambda: fonts)
    japanese = client.get("/plans/2/brief.png", headers={"Accept-Language": "ja"}).data
    assert (japanese == english) is same


def test_words_wrap_and_scripts_without_spaces_do_too() -> None:
    sheet = Sheet()
    assert sheet.wrapped("one two", 20, 60, 3) == ["one", "two"]
    assert len(sheet.wrapped(JAPANESE, 20, 300, 3)) == 3
    week = timedelta(weeks=1)
    assert sheet.shortened(str(week), 20, 500) == "7 days, 0:00:00"
