"""Time against size: everybody's seconds of a result of `benchmarks.run` as one picture, with the goal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

GOALS = {"40x16x26": 2.0, "150x25x26": 10.0, "1000x50x52": 180.0, "10000x500x52": 900.0}
"""Seconds within which codered is to have its plan; the last with a gap of 2 %, the others with 0.5 %."""
KINDS = {"seconds": "seconds of wall clock", "cpu_seconds": "seconds of processor time"}
COLOURS = {
    "codered": "#b00020", "codered-2": "#e57373", "textbook": "#555555", "linopy": "#1b6ca8", "cp-sat": "#2e7d32",
    "cp-sat-2": "#8bc34a", "relaxation": "#b8860b",
}  # fmt: skip


def draw(result: Path, picture: Path) -> Path:
    """Both kinds of seconds, side by side, logarithmic; hollow points were stopped before they were done."""
    report = json.loads(result.read_text(encoding="utf-8"))
    plt.rcParams |= {"svg.hashsalt": "codered", "svg.fonttype": "none", "font.size": 9}
    figure, axes = plt.subplots(1, len(KINDS), figsize=(10, 4.2), sharey=True, layout="constrained")
    for axis, (kind, words) in zip(axes, KINDS.items(), strict=True):
        for who, points in series(report, kind).items():
            _line(axis, who, points)
        _frame(axis, report, words)
    axes[0].legend(fontsize=8)
    load = f"load {report['machine']['load_before'][0]:.1f} before, {report['load_after'][0]:.1f} after"
    figure.suptitle(f"Time against size on {report['machine']['cores']} cores, {load}; hollow: stopped", fontsize=9)
    figure.savefig(picture, metadata={"Date": None})
    plt.close(figure)
    return picture


def series(report: dict[str, Any], kind: str) -> dict[str, list[tuple[int, float, bool]]]:
    """Per solver its points (project-weeks, seconds, whether it was done), from the smallest size on."""
    found: dict[str, list[tuple[int, float, bool]]] = {}
    for run in report["runs"]:
        for who, solve in run["solves"].items():
            if solve.get(kind):
                found.setdefault(who, []).append((project_weeks(run["size"]), solve[kind], solve["finished"]))
    return {who: sorted(points) for who, points in found.items()}


def project_weeks(size: str) -> int:
    """Projects times weeks of a size."""
    projects, _, weeks = (int(n) for n in size.split("x"))
    return projects * weeks


def _line(axis: Any, who: str, points: list[tuple[int, float, bool]]) -> None:
    colour = COLOURS.get(who, "black")
    axis.plot([p[0] for p in points], [p[1] for p in points], color=colour, label=who, linewidth=1.5)
    for size, seconds, done in points:
        axis.plot(size, seconds, "o", color=colour, markerfacecolor=colour if done else "white", markersize=6)


def _frame(axis: Any, report: dict[str, Any], words: str) -> None:
    """The goal, and sizes by name up to the largest measured."""
    sizes = sorted({run["size"] for run in report["runs"]}, key=project_weeks)
    goals = [(project_weeks(size), seconds) for size, seconds in GOALS.items()]
    axis.plot(*zip(*goals, strict=True), color="black", linestyle="--", linewidth=1, label="goal")
    axis.set(xscale="log", yscale="log", xlabel="projects x pools x weeks", ylabel=words)
    axis.set_xlim(0.8 * project_weeks(sizes[0]), 1.4 * project_weeks(sizes[-1]))
    axis.set_xticks([project_weeks(size) for size in sizes], sizes)
    axis.set_xticks([], minor=True)
    axis.grid(visible=True, color="#dddddd", linewidth=0.5)


if __name__ == "__main__":
    print(draw(Path(sys.argv[1]), Path(sys.argv[2])))
