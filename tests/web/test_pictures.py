"""What the main pages look like at three widths, compared with kept pictures.

The pictures are coarse and grey: a moved panel, a lost table or an empty chart is seen; a changed word is not.
`CODERED_PICTURES=keep` keeps what the pages look like now.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin
from playwright.sync_api import Page

from tests.web.conftest import Site

KEPT = Path(__file__).parent / "pictures"
PAGES = (
    "/",
    "/declare",
    "/scenarios",
    "/plans/2",
    "/compare?plan=1&plan=2",
    "/portfolio",
    "/plans/2/brief",
    "/tradeoffs",
)
WIDTHS = (390, 1440, 2560)
HEIGHT, COARSE = 1600, 10
DIFFERENT = 28
"""Shades of grey by which a cell of a picture differs to the eye."""
MOST = 0.02
"""Share of cells that may differ: dates and times do from day to day."""
FONT = "font"
Cells = NDArray[np.int16]


def opened(page: Page, address: str) -> Cells:
    """A page as coarse shades of grey, once its charts are drawn."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(250)
    return cells(page)


def cells(page: Page) -> Cells:
    """The same of a page that is open, from its top."""
    taken = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("L")
    coarse = taken.resize((taken.width // COARSE, taken.height // COARSE), Image.Resampling.BOX)
    return np.asarray(coarse, dtype=np.int16)


def differing(one: Cells, other: Cells) -> float:
    """The share of cells that differ to the eye."""
    return float((np.abs(one - other) > DIFFERENT).mean())


def font_of(page: Page) -> str:
    """How wide this machine's font is: with another one lines break elsewhere."""
    return str(page.evaluate(
        "() => { const c = document.createElement('canvas').getContext('2d');"
        " c.font = getComputedStyle(document.body).font; return c.measureText('Training keeps every node').width; }"
    ))  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_the_main_pages_look_as_they_are_kept(live: Site, new_page: Callable[..., Page], width: int) -> None:
    page = new_page(viewport={"width": width, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce")
    now = [opened(page, live.address + address) for address in PAGES]
    file, font = KEPT / f"{width}.png", font_of(page)
    if os.environ.get("CODERED_PICTURES") == "keep":
        keep(file, now, font)
    kept = Image.open(file)
    if kept.text[FONT] != font:  # type: ignore[attr-defined]
        pytest.skip("this machine draws with another font than the one of the kept pictures")
    was = np.split(np.asarray(kept, dtype=np.int16), len(PAGES))
    found = dict(zip(PAGES, map(differing, was, now), strict=True))
    assert {address: share for address, share in found.items() if share > MOST} == {}


def keep(file: Path, pages: list[Cells], font: str) -> None:
    """Keep what pages look like, one below the other."""
    facts = PngImagePlugin.PngInfo()
    facts.add_text(FONT, font)
    KEPT.mkdir(exist_ok=True)
    Image.fromarray(np.concatenate(pages).astype(np.uint8)).save(file, optimize=True, pnginfo=facts)


@pytest.mark.parametrize("fault", [
    "document.querySelector('h1').remove()",
    "document.querySelectorAll('[data-chart]').forEach(one => one.replaceChildren())",
    "document.querySelector('main').style.maxWidth = '700px'",
])  # fmt: skip
def test_what_is_lost_or_moved_is_seen(live: Site, new_page: Callable[..., Page], fault: str) -> None:
    page = new_page(viewport={"width": 1440, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce")
    whole = opened(page, live.address + "/plans/2")
    page.evaluate(fault)
    assert differing(whole, cells(page)) > MOST
