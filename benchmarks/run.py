"""Codered beside the textbook formulation on generated portfolios, each solve in a process of its own.

A child measures one solve: wall clock around it, and its own peak memory. This process imports no solver, because a
child starts with the memory high-water mark of its parent.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

SIZES = "15x10x26,40x16x26,150x25x26"
RESULTS = Path(__file__).parent / "results"
GOAL = 0.005
"""The proof asked for: every class's gap as a share of its ideal."""
PATIENCE = 60.0
"""Seconds a child may take beyond its limit: imports, generating, building the model."""
Result = dict[str, Any]
COLUMNS = (
    "size", "seed", "codered s", "worst gap %", "peak MB", "status", "textbook s", "its gap %", "its MB", "its status",
    "times faster",
)  # fmt: skip


def main(words: list[str]) -> int:
    """Measure every size and seed, print the table, write the JSON."""
    asked = _arguments().parse_args(words)
    report: Result = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "runs": []}
    print(describe(report["machine"]))
    print(table_row(COLUMNS))
    for size in asked.sizes.split(","):
        for seed in (int(s) for s in asked.seeds.split(",")):
            run = _pair(size, seed, asked)
            report["runs"].append(run)
            print(table_row(cells(run)), flush=True)
    report["load_after"] = os.getloadavg()
    RESULTS.mkdir(exist_ok=True)
    path = asked.out or RESULTS / f"{report['when'].replace(':', '').replace('+0000', 'Z')}.json"
    Path(path).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"load after: {report['load_after'][0]:.2f}; written to {path}")
    return 0


def machine() -> Result:
    """What the figures depend on besides the code."""
    packages = {name: version(name) for name in ("pulp", "highspy", "numpy", "pandas")}
    return {
        "cores": os.cpu_count(), "load_before": os.getloadavg(), "system": platform.platform(),
        "python": platform.python_version(), "commit": _commit(), **packages,
    }  # fmt: skip


def describe(facts: Result) -> str:
    """One line of it for a person."""
    names = ", ".join(f"{k} {facts[k]}" for k in ("python", "pulp", "highspy", "commit"))
    return f"{facts['cores']} cores, load {facts['load_before'][0]:.2f} before; {names}"


def cells(run: Result) -> list[str]:
    """A run as the cells of its row; a dash stands for what was not reached or not asked for."""
    ours, theirs = run["codered"], run["textbook"]
    return [
        run["size"], str(run["seed"]), number(ours.get("seconds"), 2), number(ours.get("gap_percent"), 3),
        number(ours.get("peak_mb"), 0), ours["status"], number(theirs.get("seconds"), 1),
        number(theirs.get("gap_percent"), 1), number(theirs.get("peak_mb"), 0), theirs["status"], times(ours, theirs),
    ]  # fmt: skip


def times(ours: Result, theirs: Result) -> str:
    """How many times the textbook's seconds are ours; `>` where it was stopped, a dash where we did not get there."""
    if not ours.get("finished") or not theirs.get("seconds"):
        return "-"
    return ("" if theirs.get("finished") else ">") + f"{theirs['seconds'] / ours['seconds']:.0f}"


def worst(classes: list[Result]) -> float | None:
    """The largest gap of all classes; None where one has no plan or no bound."""
    gaps = [c["gap_percent"] for c in classes]
    return None if not gaps or None in gaps else max(gaps)


def number(value: float | None, digits: int) -> str:
    """A figure of the table."""
    return "-" if value is None else f"{value:.{digits}f}"


def table_row(texts: Any) -> str:
    """Cells in columns as wide as their headings, numbers to the right."""
    return "  ".join(text.rjust(max(10, len(head))) for text, head in zip(texts, COLUMNS, strict=True))


def _pair(size: str, seed: int, asked: argparse.Namespace) -> Result:
    ours = _child("codered", size, seed, asked.limit, asked)
    theirs: Result = {"status": "not asked for"}
    if asked.textbook_limit > 0:
        theirs = _child("textbook", size, seed, asked.textbook_limit, asked)
    return {"size": size, "seed": seed, "codered": ours, "textbook": theirs}


def _child(who: str, size: str, seed: int, limit: float, asked: argparse.Namespace) -> Result:
    """One solve in a new process; what it prints last is the result."""
    command = [sys.executable, "-m", "benchmarks.child", who, size, str(seed), str(limit), str(asked.gap)]
    command += ["--same-proof"] if asked.same_proof else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit + PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return {"status": "stopped", "seconds": limit + PATIENCE, "finished": False}
    if done.returncode:
        sys.stderr.write(done.stderr)
        return {"status": f"failed ({done.returncode})", "finished": False, "error": done.stderr[-2000:]}
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return {**result, "gap_percent": worst(result["classes"])}


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=Path(__file__).parent, check=False)
    return done.stdout.strip() or "unknown"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default=SIZES, help="projects x pools x weeks, comma separated")
    parser.add_argument("--seeds", default="1", help="comma separated")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds codered may take")
    parser.add_argument("--gap", type=float, default=GOAL, help="proof asked of codered, as a share of each ideal")
    parser.add_argument("--textbook-limit", type=float, default=60.0, help="seconds it may take; 0 leaves it out")
    parser.add_argument("--same-proof", action="store_true", help="ask the textbook for --gap too, not 1e-3 relative")
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
