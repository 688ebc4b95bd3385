"""A trade-off as a CSV text: one row per point, its quantities, its proof, and the records that it changes."""

from __future__ import annotations

import json

from solver.columns import plain
from solver.files.csvtext import write_rows
from solver.files.formula import escape
from solver.frontier.kinds import Kind
from solver.frontier.points import Curve

COLUMNS = (
    "label", "setting", "status", "x", "x_unit", "y", "y_unit", "gap_percent", "unproven", "dominated", "knee",
    "as_it_stands", "seconds", "digest", "message", "edits",
)  # fmt: skip
"""The columns before the further figures of a kind, which stand under their own names."""


def frontier_csv(kind: Kind, curve: Curve) -> str:
    """The points of a curve in its order."""
    facts = sorted({name for point in curve.points for name in point.facts})
    rows = []
    for n, (p, dominated) in enumerate(zip(curve.points, curve.dominated, strict=True)):
        edits = json.dumps([dict(e) for e in p.edits], ensure_ascii=False) if p.edits else ""
        marks = (_yes(dominated), _yes(n == curve.knee), _yes(p.as_it_stands))
        cells = [
            escape(p.label), plain(p.setting), p.status, _plain(p.x), kind.x.unit, _plain(p.y), kind.y.unit,
            _plain(p.gap_percent), plain(p.unproven), *marks, plain(p.seconds), p.digest, escape(p.message), edits,
        ]  # fmt: skip
        rows.append([*cells, *(_plain(p.facts.get(name)) for name in facts)])
    return write_rows([*COLUMNS, *(name.replace(" ", "_").replace("-", "_") for name in facts)], rows)


def _plain(value: float | None) -> str:
    return "" if value is None else plain(value)


def _yes(mark: bool) -> str:
    return "yes" if mark else ""
