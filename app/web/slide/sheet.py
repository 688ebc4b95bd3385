"""A sheet of 1920 by 1080 pixels on which no text leaves its room: what is too long is wrapped or cut with a mark."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

WIDTH, HEIGHT = 1920, 1080
INK, SOFT, LINE, PALE = "#111111", "#4a4a4a", "#9a9a9a", "#e9e9e9"
"""Greys alone, so that nothing is lost where it is printed without colour."""
LATIN = "DejaVu Sans"
"""Comes with matplotlib."""
EAST_ASIAN = (
    "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "IPAGothic", "TakaoPGothic",
    "Hiragino Sans", "Yu Gothic", "Meiryo", "MS Gothic", "Noto Sans CJK SC",
)  # fmt: skip
"""Looked for on the machine, for the letters that the first one does not have."""
IN_EAST_ASIAN_LETTERS = ("ja",)
"""Languages that cannot be written without one of these."""
DPI = 100
ELLIPSIS = "…"
NARROWEST = 0.2
"""No letter is narrower than this share of its size: what is longer need not be measured as a whole."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A text as drawn, in pixels from the left and the top, and the width that it was allowed."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    room: float


class Sheet:
    """One picture being drawn; positions are pixels from the top left, texts stand on their baseline."""

    def __init__(self) -> None:
        self._figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="white")
        self._canvas = FigureCanvasAgg(self._figure)
        self._renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        self.placed: list[Placed] = []

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a text is."""
        return float(self._renderer.get_text_width_height_descent(text, _font(size, bold), False)[0])

    def text(
        self, x: float, y: float, text: str, size: float, room: float, *,
        bold: bool = False, colour: str = INK, right: bool = False,
    ) -> float:  # fmt: skip
        """One line from `x` on (`right`: up to it), shortened to its room; its width."""
        shown = self.shortened(" ".join(text.split()), size, room, bold=bold)
        wide = self.width(shown, size, bold=bold)
        left = x - wide if right else x
        drawn = Text(
            left, HEIGHT - y, shown, color=colour, fontproperties=_font(size, bold), va="baseline", parse_math=False,
            transform=IdentityTransform(),
        )  # fmt: skip
        self._figure.add_artist(drawn)
        self.placed.append(Placed(shown, left, y - size, left + wide, y + size * 0.25, room))
        return wide

    def paragraph(  # noqa: PLR0917 - as `text`, and the lines it may take
        self, x: float, y: float, text: str, size: float, room: float, lines: int, *,
        bold: bool = False, colour: str = INK,
    ) -> float:  # fmt: skip
        """At most so many lines; the baseline under the last."""
        for line in self.wrapped(text, size, room, lines, bold=bold):
            self.text(x, y, line, size, room, bold=bold, colour=colour)
            y += size * 1.35
        return y

    def wrapped(self, text: str, size: float, room: float, lines: int, *, bold: bool = False) -> list[str]:
        """The text in lines of the room; what is left over shows as an ellipsis in the last."""
        found: list[str] = []
        words = list(_pieces(text))
        while words and len(found) < lines:
            if len(found) == lines - 1:
                found.append(self.shortened("".join(words).strip(), size, room, bold=bold))
                break
            line = words.pop(0)
            while words and self.width((line + words[0]).rstrip(), size, bold=bold) <= room:
                line += words.pop(0)
            found.append(line.strip())
        return found

    def shortened(self, text: str, size: float, room: float, *, bold: bool = False) -> str:
        """The text, or as much of its beginning as leaves room for an ellipsis."""
        if len(text) * size * NARROWEST <= room and self.width(text, size, bold=bold) <= room:
            return text
        low, high = 0, min(len(text), int(room / size / NARROWEST))
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(text[:middle].rstrip() + ELLIPSIS, size, bold=bold) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + ELLIPSIS

    def rule(self, x: float, y: float, to: float, *, thick: float = 1.0, colour: str = LINE) -> None:
        """A horizontal line."""
        self.line([(x, y), (to, y)], thick=thick, colour=colour)

    def line(self, points: Iterable[tuple[float, float]], *, thick: float = 1.0, colour: str = INK) -> None:
        """A line through points."""
        xs, ys = zip(*points, strict=True)
        drawn = Line2D(
            xs, [HEIGHT - y for y in ys], color=colour, linewidth=thick * 72 / DPI,
            transform=IdentityTransform(), solid_capstyle="butt",
        )  # fmt: skip
        self._figure.add_artist(drawn)

    def box(self, x: float, y: float, wide: float, high: float, *, fill: str = "none", edge: str = "none") -> None:
        """A rectangle, `y` its upper edge."""
        place = (x, HEIGHT - y - high)
        drawn = Rectangle(place, wide, high, facecolor=fill, edgecolor=edge, transform=IdentityTransform())
        self._figure.add_artist(drawn)

    def png(self) -> bytes:
        """The finished picture; the same drawing gives the same bytes."""
        buffer = io.BytesIO()
        self._canvas.print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return buffer.getvalue()


@cache
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(family=_families(), weight="bold" if bold else "normal", size=size * 72 / DPI)


@cache
def _families() -> list[str]:
    known = {font.name for font in fontManager.ttflist}
    return [LATIN, *(name for name in EAST_ASIAN if name in known)]


def can_write(language: str) -> bool:
    """Whether this machine has a font with the letters of a language."""
    return language not in IN_EAST_ASIAN_LETTERS or len(_families()) > 1


def _pieces(text: str) -> Iterable[str]:
    """Where a line may end: after a word, and after every letter of a script that has no spaces."""
    for word in text.split():
        start = 0
        for i, letter in enumerate(word):
            if letter >= "\u3000":
                yield word[start : i + 1]
                start = i + 1
        yield word[start:] + " "
