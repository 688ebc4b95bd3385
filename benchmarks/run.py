"""Codered beside the textbook, its own model through linopy and CP-SAT, and the relaxation, each solve in a process.

A child measures one solve: its wall clock, its processor time and its own peak memory. This process imports no solver,
because a child starts with the memory high-water mark of its parent.
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
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SIZES = "15x10x26,40x16x26,150x25x26"
RESULTS = Path(__file__).parent / "results"
GOAL = 0.005
"""The proof asked for: every class's gap as a share of its ideal."""
PATIENCE = 60.0
"""Seconds a child may take beyond its limit: imports, generating, building the model."""
Result = dict[str, Any]
OTHERS = "codered-2,textbook,linopy,cp-sat,cp-sat-2,relaxation"
NEEDS = {"linopy": "linopy", "cp-sat": "ortools", "cp-sat-2": "ortools"}
"""Packages of the extra `bench`."""
COLUMNS = (
    "size", "seed", "who", "seconds", "cpu s", "gap %", "classes", "peak MB", "status", "times", "cpu times",
)  # fmt: skip


def main(words: list[str]) -> int:
    """Measure every size and seed, print the table, write the JSON and the picture."""
    asked = _arguments().parse_args(words)
    report: Result = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), "runs": []}
    report["asked"] = {"gap": asked.gap, "limit": asked.limit, "same_proof": asked.same_proof}
    print(describe(report["machine"]))
    print(table_row(COLUMNS))
    for size in asked.sizes.split(","):
        for seed in (int(s) for s in asked.seeds.split(",")):
            run: Result = {"size": size, "seed": seed, "solves": {}}
            report["runs"].append(run)
            for who in ("codered", *(name for name in asked.beside.split(",") if name)):
                run["solves"][who] = _solve(who, size, seed, asked)
                print(table_row(cells(run, who)), flush=True)
    report["load_after"] = os.getloadavg()
    RESULTS.mkdir(exist_ok=True)
    path = Path(asked.out or RESULTS / f"{report['when'].replace(':', '').replace('+0000', 'Z')}.json")
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"load after: {report['load_after'][0]:.2f}; written to {path} and {_drawn(path)}")
    return 0


def _drawn(path: Path) -> Path:
    """The picture beside a result; its libraries come in only now, when no child is started any more."""
    from benchmarks.plot import draw

    return draw(path, path.with_suffix(".svg"))


def machine() -> Result:
    """What the figures depend on besides the code."""
    named = ("pulp", "highspy", "numpy", "pandas", "linopy", "ortools")
    packages = {name: version(name) for name in named if find_spec(name)}
    return {
        "cores": os.cpu_count(), "load_before": os.getloadavg(), "system": platform.platform(),
        "python": platform.python_version(), "commit": _commit(), **packages,
    }  # fmt: skip


def describe(facts: Result) -> str:
    """One line of it for a person."""
    told = ("python", "pulp", "highspy", "linopy", "ortools", "commit")
    names = ", ".join(f"{k} {facts[k]}" for k in told if k in facts)
    return f"{facts['cores']} cores, load {facts['load_before'][0]:.2f} before; {names}"


def cells(run: Result, who: str) -> list[str]:
    """A solve as the cells of its row; a dash stands for what was not reached or not asked for."""
    ours, theirs = run["solves"]["codered"], run["solves"][who]
    classes = theirs.get("classes")
    return [
        run["size"], str(run["seed"]), who, number(theirs.get("seconds"), 2), number(theirs.get("cpu_seconds"), 2),
        number(theirs.get("gap_percent"), 3), f"{theirs['proven']}/{len(classes)}" if classes else "-",
        number(theirs.get("peak_mb"), 0), theirs["status"], times(ours, theirs), times(ours, theirs, "cpu_seconds"),
    ]  # fmt: skip


def times(ours: Result, theirs: Result, of: str = "seconds") -> str:
    """How many times our seconds theirs are; `>` where they were stopped, a dash where we did not get there."""
    if not ours.get("finished") or not theirs.get(of):
        return "-"
    return ("" if theirs.get("finished") else ">") + f"{theirs[of] / ours[of]:.2g}"


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


def _solve(who: str, size: str, seed: int, asked: argparse.Namespace) -> Result:
    """One solve in a new process; what it prints last is the result."""
    package = NEEDS.get(who)
    if package and not find_spec(package):
        return {"status": "not installed", "finished": False}
    limit = asked.limit if who.startswith("codered") else asked.beside_limit
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
    if result.get("violations"):
        result |= {"status": f"broken ({result['violations']})", "finished": False}
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
    parser.add_argument("--gap", type=float, default=GOAL, help="proof asked for, as a share of each ideal")
    parser.add_argument("--beside", default=OTHERS, help="who else is asked, comma separated; empty: nobody")
    parser.add_argument("--beside-limit", type=float, default=60.0, help="seconds each of them may take")
    parser.add_argument("--same-proof", action="store_true", help="ask the textbook for --gap too, not 1e-3 relative")
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
