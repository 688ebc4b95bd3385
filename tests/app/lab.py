"""A small portfolio, `lab`: chat, ads and training share two pools for four weeks; and an answer to it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from solver.plan import COLUMNS, ClassResult, Outcome, Plan, Status
from solver.problem import Problem

FILES = {
    "portfolio.csv": "portfolio,name,start,weeks\nlab,The lab,2025-12-01,4\n",
    "pools.csv": "pool,name,kind,type\nh100,H100 nodes,gpu,h100\nml,ML engineers,engineer,ml\n",
    "capacity.csv": "pool,week,amount\nh100,2025-12-01,10\nml,2025-12-01,8\n",
    "projects.csv": (
        "project,name,program,kind,priority,value,status,curve\n"
        "chat,Chat,Core,run,0,10,running,0:0 0.5:0.8 1:1\n"
        "ads,Ads,Growth,run,3,4,running,\n"
        "training,Training,Research,run,1,6,running,\n"
    ),
    "needs.csv": (
        "project,need,kind,full,minimum\nchat,gpu,gpu,6,1\nchat,people,engineer,4,1\n"
        "ads,gpu,gpu,4,0\nads,people,engineer,4,0\ntraining,gpu,gpu,4,2\n"
    ),
    "eligible.csv": (
        "project,need,pool\nchat,gpu,h100\nchat,people,ml\nads,gpu,h100\nads,people,ml\ntraining,gpu,h100\n"
    ),
    "baseline.csv": (
        "project,need,pool,amount\nchat,gpu,h100,3\nchat,people,ml,3\n"
        "ads,gpu,h100,3\nads,people,ml,4\ntraining,gpu,h100,4\n"
    ),
    "policies.csv": "policy,name,kind\nordinary,Ordinary weeks,normal\n",
    "signals.csv": "signal,date,value\n" + "".join(
        f"visits,2025-11-{day:02d},{203 if day <= 7 else 190}\n" for day in range(1, 15)
    ),
    "triggers.csv": "trigger,signal,window_days,drop,policy\nvisits-fall,visits,7,0.06,ordinary\n",
}  # fmt: skip


def as_bytes(files: dict[str, str]) -> dict[str, bytes]:
    """The files as an upload gives them."""
    return {name: text.encode() for name, text in files.items()}


def outcome(problem: Problem, nodes: float = 6.0, policy: str = "ordinary") -> Outcome:
    """An answer that gives chat some nodes in the first week; enough to store, show and compare."""
    week = date(2025, 12, 1)
    rows: dict[str, list[tuple[object, ...]]] = {
        "allocation": [(week, "chat", "gpu", "h100", nodes), (week, "training", "gpu", "h100", 4.0)],
        "pace": [(week, "chat", "running", nodes / 6, 0.0), (week, "training", "running", 1.0, 0.0)],
        "moves": [(week, "h100", "ads", "chat", nodes - 3)],
        "utilisation": [(week, "h100", 10.0, nodes + 4, 6 - nodes, None), (week, "ml", 8.0, 0.0, 8.0, 0.25)],
        "reasons": [(week, "ads", "gave", "=3 nodes, to chat")],
    }
    frames = {name: pd.DataFrame(rows.get(name, []), columns=list(COLUMNS[name])) for name in COLUMNS}
    plan = Plan("lab", policy, week, 4, **frames)
    return Outcome(
        status=Status.OPTIMAL, portfolio="lab", policy=policy, plan=plan, digest=problem.digest,
        classes=(ClassResult(1, "priority 0", nodes, 40.0, nodes),), arrivals={"gpu": nodes - 3}, pauses=0, cost=0.0,
        versions={"codered": "0.1.0"}, seconds={"total": 0.5}, options={"time_limit": 60.0, "seed": 0},
    )  # fmt: skip
