"""The chances of a plan as a page reads them: names for ids, dates for texts, and the figures of a chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.web.column_words import term
from app.web.language import N_, _
from app.web.said import said
from solver.columns import plain
from solver.problem import Problem
from solver.records import ATTRITION, DELAY, FIGURES, Risk

STEPS = (0.0, 0.01, 0.05, 0.2, 0.5)
"""The chances above which a cell of the floors' grid is a shade darker."""
_WORDS = {
    "low": N_("from %(figure)s"), "mode": N_("likeliest %(figure)s"), "high": N_("to %(figure)s"),
    "mean": N_("mean %(figure)s"), "sd": N_("standard deviation %(figure)s"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A recorded risk in words."""

    risk: Risk
    target: str
    figures: str


@dataclass(frozen=True, slots=True)
class FloorLine:
    """A floor with its chance to break, week by week as (percent, shade)."""

    name: str
    ever: float
    cells: tuple[tuple[float, int], ...]


def risk_lines(problem: Problem, risks: Iterable[Risk]) -> list[RiskLine]:
    """Every risk with its target and its figures as people say them."""
    return [RiskLine(risk, _target(problem, risk), figures(risk)) for risk in risks]


def figures(risk: Risk) -> str:
    """`triangular: from 0, likeliest 2, to 8 weeks`."""
    share = risk.kind != DELAY
    parts = [_(_WORDS[name], figure=_figure(getattr(risk, name), share)) for name in FIGURES[risk.distribution]]
    told, unit = _(", ").join(parts), {DELAY: N_("%(figures)s weeks"), ATTRITION: N_("%(figures)s a year")}
    told = _(unit[risk.kind], figures=told) if risk.kind in unit else told
    name = term(risk.distribution, "distribution")
    return told if risk.distribution == "fixed" else _("%(distribution)s: %(figures)s", distribution=name, figures=told)


def _figure(value: float | None, share: bool) -> str:
    return plain(round(100 * (value or 0.0), 6)) + "\u00a0%" if share else plain(value or 0.0)


def _target(problem: Problem, risk: Risk) -> str:
    if risk.pool is not None:
        row = problem.pool.get(risk.pool)
        return (row.name if row else "") or risk.pool
    name = label(problem, risk.project or "")
    return f"{name}, {risk.need}" if risk.need else name


def label(problem: Problem, project: str) -> str:
    """A project's name as people say it."""
    row = problem.project.get(project)
    return (row.name if row else "") or project


def chances_of(problem: Problem, found: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a chances.json."""
    projects = [{**p, "name": label(problem, p["project"])} for p in found["projects"]]
    losing = [p for p in projects if p["value"]["planned"] - p["value"]["mean"] > 0.005 * p["value"]["planned"] + 1e-9]
    return {
        "classes": [{**one, "name": said(one["name"])} for one in found["classes"]],
        "chart": chart(found["classes"]),
        "goals": [_goal(problem, g) for g in found["goals"]],
        "floors": [_floor(problem, f) for f in found["floors"]],
        "any_floor": 100 * found["any_floor"],
        "losing": sorted(losing, key=lambda p: p["value"]["mean"] - p["value"]["planned"]),
    }


def chart(classes: list[dict[str, Any]]) -> dict[str, Any]:
    """P10, P50 and P90 of every class that was planned to attain something, in percent of what was planned."""
    shown = [c for c in classes if c["value"]["planned"] > 0]
    return {
        "names": [said(c["name"]) for c in shown],
        **{q: [round(100 * c["value"][q] / c["value"]["planned"], 2) for c in shown] for q in ("p10", "p50", "p90")},
    }


def _goal(problem: Problem, goal: dict[str, Any]) -> dict[str, Any]:
    dates = {name: _date(goal[name]) for name in ("deadline", "planned", "p10", "p50", "p90")}
    return {**goal, **dates, "name": label(problem, goal["project"])}


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _floor(problem: Problem, floor: dict[str, Any]) -> FloorLine:
    pool = problem.pool.get(floor["pool"] or "")
    parts = (label(problem, floor["project"]), floor["need"], (pool.name or pool.pool) if pool else "")
    cells = tuple((100 * chance, sum(chance > step for step in STEPS)) for chance in floor["weeks"])
    return FloorLine(", ".join(part for part in parts if part), 100 * floor["ever"], cells)
