"""An outcome in a terminal: the classes with their proof, what the change costs, and who pays."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.progress import number
from solver.plan import Outcome, Plan, State, Status
from solver.serving.pit_crew import PitCrew

WORDS = {
    Status.OPTIMAL: "optimal: every class is proven to within its tolerance",
    Status.FEASIBLE: "feasible: stopped by a limit; the gaps below are not proven away",
    Status.INFEASIBLE: "infeasible: these rules cannot all hold",
    Status.INVALID: "invalid input",
    Status.STOPPED: "stopped before any plan was found",
}


def summary_of(outcome: Outcome, crews: Iterable[PitCrew] = ()) -> RenderableType:
    """Everything a person wants to know first; `crews` are the services of the plan."""
    parts: list[RenderableType] = [
        Text(f"{outcome.portfolio}, policy {outcome.policy}", style="bold"),
        Text(WORDS[outcome.status]),
    ]
    parts += [Text(f"  {c.rule}: {c.text}") for c in outcome.conflicts]
    if outcome.repairs:
        parts.append(Text("ways out, each proven by a plan that passes the check; the cheapest first, floors last:"))
        parts += [Text(line) for line in repair_lines(outcome)]
    if outcome.classes:
        parts.append(classes_table(outcome))
    if outcome.plan is not None:
        parts += [Text(line) for line in change_lines(outcome, outcome.plan)]
        parts += [Text(line) for line in serving_lines(crews)]
    seconds = ", ".join(f"{name} {value:.2f}" for name, value in outcome.seconds.items())
    if seconds:
        parts.append(Text(f"seconds: {seconds}"))
    return Group(*parts)


def repair_lines(outcome: Outcome) -> list[str]:
    """What to give up, and what that costs."""
    return [f"  {n}. {r.text}" + (f" ({r.cost})" if r.cost else "") for n, r in enumerate(outcome.repairs, 1)]


def classes_table(outcome: Outcome) -> Table:
    """One row per priority class: what was attained, of what, and how sure that is."""
    table = Table("class", box=None, header_style="bold", pad_edge=False)
    for name in ("attained", "ideal", "of ideal %", "bound", "gap %"):
        table.add_column(name, justify="right")
    for c in outcome.classes:
        share = 100 * c.attained / c.ideal if c.ideal else None
        cells = (number(c.attained), number(c.ideal), number(share), number(c.bound), number(c.gap_percent, 2))
        table.add_row(c.name, *cells)
    return table


def change_lines(outcome: Outcome, plan: Plan) -> list[str]:
    """What moves, what pauses, and what it costs."""
    moved = ", ".join(f"{number(amount)} {kind}" for kind, amount in outcome.arrivals.items() if amount)
    lines = [f"arrivals: {moved or 'none'}; pauses: {outcome.pauses}; cost: {number(outcome.cost, 0)}"]
    paused = plan.pace[plan.pace["state"] == State.PAUSED].groupby("project").size()
    if len(paused):
        spells = sorted(((int(weeks), str(project)) for project, weeks in paused.items()), reverse=True)
        lines.append("paused: " + ", ".join(f"{project} ({weeks} w)" for weeks, project in spells))
    return lines


def serving_lines(crews: Iterable[PitCrew]) -> list[str]:
    """One line per service: what its service level takes with its levers and without, and how hard its nodes work."""
    return [_serving_line(crew) for crew in crews]


def _serving_line(crew: PitCrew) -> str:
    asked, served = (sum(getattr(week, name) for week in crew.weeks) for name in ("demand", "served"))
    share = 100 * served / asked if asked else 100.0
    used = [100 * week.mfu for week in crew.weeks if week.mfu is not None]
    parts = [f"serving {crew.project}: {number(share)} % of demand"]
    parts.append(f"{number(crew.node_weeks, 0)} node-weeks, {number(crew.node_weeks_without, 0)} without levers")
    if used:
        parts.append(f"MFU {number(used[0], 0)} to {number(used[-1], 0)} %")
    parts.append(f"{number(crew.engineer_weeks)} engineer-weeks on levers")
    return "; ".join(parts)
