"""A portfolio built in pandas, solved under two policies, compared and drawn; run it as a script or cell by cell.

    .venv/bin/python examples/portfolio_in_pandas.py [FOLDER for the picture]

The picture needs matplotlib: `pip install -e ".[plot]"`. The figures are invented.
"""

# %% A table of each kind of record, as in the CSV files (docs/files.md)
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd

from solver import Options, solve
from solver.folder import read_files
from solver.plan import Outcome

tables = {
    "portfolio": pd.DataFrame([{"portfolio": "shop", "start": "2026-01-05", "weeks": 12}]),
    "pools": pd.DataFrame([
        {"pool": "h100", "kind": "gpu", "type": "h100"},
        {"pool": "ml", "kind": "engineer", "type": "ml"},
    ]),
    "capacity": pd.DataFrame([
        {"pool": "h100", "week": "2026-01-05", "amount": 20},
        {"pool": "h100", "week": "2026-02-16", "amount": 26},
        {"pool": "ml", "week": "2026-01-05", "amount": 12},
    ]),
    "projects": pd.DataFrame([
        {"project": "search", "kind": "run", "priority": 1, "value": 10, "status": "running", "duration": None},
        {"project": "ads", "kind": "run", "priority": 0, "value": 6, "status": "running", "duration": None},
        {"project": "ranker", "kind": "build", "priority": 2, "value": 8, "status": "candidate", "duration": 4},
    ]),
    "needs": pd.DataFrame([
        {"project": "search", "need": "nodes", "kind": "gpu", "full": 14, "minimum": 2},
        {"project": "search", "need": "people", "kind": "engineer", "full": 6, "minimum": 1},
        {"project": "ads", "need": "nodes", "kind": "gpu", "full": 12, "minimum": 2},
        {"project": "ranker", "need": "nodes", "kind": "gpu", "full": 6, "minimum": 1},
        {"project": "ranker", "need": "people", "kind": "engineer", "full": 4, "minimum": 1},
    ]),
    "baseline": pd.DataFrame([
        {"project": "search", "need": "nodes", "pool": "h100", "amount": 8},
        {"project": "search", "need": "people", "pool": "ml", "amount": 6},
        {"project": "ads", "need": "nodes", "pool": "h100", "amount": 12},
    ]),
    "policies": pd.DataFrame([
        {"policy": "ordinary", "kind": "normal"},
        {
            "policy": "search-first", "kind": "code_red", "start": "2026-01-05", "end": "2026-02-16", "owner": "Eve",
            "reason": "answers got slower", "exit_criteria": "half a second at the 95th percentile",
        },
    ]),
    "stances": pd.DataFrame([{"policy": "search-first", "project": "search", "stance": "focus"}]),
}  # fmt: skip
pool_of = {"gpu": "h100", "engineer": "ml"}
tables["eligible"] = tables["needs"][["project", "need"]].assign(pool=tables["needs"]["kind"].map(pool_of))

# %% One problem of them; what does not fit together raises InvalidInput with every fault
problem = read_files({f"{name}.csv": table.to_csv(index=False).encode() for name, table in tables.items()}).problem
print(f"{problem.head.portfolio}: {len(problem.projects)} projects, {len(problem.weeks)} weeks, {problem.digest[:19]}")

# %% Solve under both policies
outcomes: dict[str, Outcome] = {
    policy: solve(problem, policy, options=Options(time_limit=20)) for policy in ("ordinary", "search-first")
}
for policy, outcome in outcomes.items():
    print(f"\n{policy}: {outcome.status}")
    for found in outcome.classes:
        print(f"  {found.name:<12} {found.attained:8.1f} of {found.ideal:8.1f}, gap {found.gap_percent:.2f} %")

# %% Compare: nodes of each project by week, and what the code red gives to whom
nodes = {
    policy: outcome.plan.allocation.query("pool == 'h100'").pivot_table(
        index="week", columns="project", values="amount", aggfunc="sum", fill_value=0.0
    )
    for policy, outcome in outcomes.items()
    if outcome.plan is not None
}
difference = nodes["search-first"].sub(nodes["ordinary"], fill_value=0.0)
print("\nNodes under search-first, less those under ordinary:")
print(difference.round(1).to_string())

# %% Draw
if importlib.util.find_spec("matplotlib"):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(nodes), figsize=(11, 4), sharey=True, layout="constrained")
    for axis, (policy, table) in zip(axes, nodes.items(), strict=True):
        axis.stackplot(table.index, table.to_numpy().T, labels=list(table.columns), step="post")
        axis.set(title=policy, ylabel="H100 nodes")
        axis.tick_params(axis="x", rotation=45)
    axes[-1].legend(loc="lower right")
    picture = Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "portfolio_in_pandas.png"
    figure.savefig(picture, dpi=110)
    plt.close(figure)
    print(f"\nDrawn in {picture}")
