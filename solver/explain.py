"""Why a project runs, is slow, waits or is paused, and which rules stand against each other, in the user's words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from solver.classes import class_name
from solver.model.sheet import Floats
from solver.model.variables import Setting
from solver.plan import COLUMNS, State


def reasons(s: Setting, state: np.ndarray, pace: Floats) -> pd.DataFrame:
    """One row per project and week; runs of equal weeks repeat their reason so that a filter by week finds it."""
    rows = []
    complete_by = {p.project: state[i] == State.COMPLETE for i, p in enumerate(s.projects)}
    for i, p in enumerate(s.projects):
        required = [k.other for k in s.problem.links if k.project == p.project and k.relation == "requires"]
        for t, week in enumerate(s.problem.weeks):
            missing = [other for other in required if other in complete_by and not complete_by[other][t]]
            rows.append((week, p.project, *_reason(s, i, t, str(state[i, t]), float(pace[i, t]), missing)))
    return pd.DataFrame(rows, columns=list(COLUMNS["reasons"]))


def _reason(  # noqa: PLR0911, PLR0917 - one return per reason
    s: Setting, i: int, t: int, state: str, pace: float, missing: list[str]
) -> tuple[str, str]:
    """A short reason and its detail for one project-week."""
    p, name = s.projects[i], class_name(int(s.rank[i, t]))
    stance = s.stance[i] if s.in_force[t] else "normal"
    if state == State.COMPLETE:
        return "complete", "The work is done; it holds nothing any more."
    if state == State.RUNNING:
        if pace >= 0.9995:
            return "full pace", f"Runs at full pace ({stance}, {name})."
        share = f"{100 * pace:.0f} %"
        return "slowed", f"Runs at {share}: its scarcest need, or people still ramping up, allow no more ({name})."
    if stance == "pause":
        return "paused by policy", f"{s.policy.name or s.policy.policy} pauses it until {s.policy.end or 'the end'}."
    if p.must == "out":
        return "forced out", "must=out: it never runs."
    if p.earliest is not None and s.problem.week_index(p.earliest) > t:
        return "too early", f"It may not run before {p.earliest}."
    if missing:
        return "requires", f"It waits for {', '.join(missing)} to be complete."
    return "outranked", f"What its needs take is worth more elsewhere in {name} or in the classes above."
