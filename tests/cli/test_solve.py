"""`codered solve`: the answer on stdout, messages on stderr, and an exit code for each way it can end."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from app.cli import main
from app.cli.solve import publish
from app.cli.terminal import Terminal
from solver.folder import write_folder
from solver.plan import COLUMNS, ClassResult, Conflict, Outcome, Plan, Status
from tests.cli.tiny import tiny
from tests.solver.served import chat, lever, measured, served

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]
IMPOSSIBLE = {
    "pins": "project,need,pool,from,to,amount\nads,people,engineers,2025-12-01,2025-12-01,4\n",
}


def test_a_solved_folder_gives_a_plan_and_exit_code_0(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert main(["solve", str(tiny(tmp_path / "in")), "--policy", "code-red", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert {path.name for path in out.iterdir()} >= {"summary.json", "allocation.csv", "pace.csv", "moves.csv"}
    assert "focus" in shown.out
    assert "paused: ads (3 w)" in shown.out
    assert f"plan written to {out}" in shown.err


def test_json_is_all_that_stdout_holds(tmp_path: Path) -> None:
    call = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
    asked = ["solve", str(tiny(tmp_path)), "--policy", "code-red", "--json"]
    done = subprocess.run([*call, *asked], capture_output=True, text=True, cwd=ROOT, timeout=120, check=True)
    summary = json.loads(done.stdout)
    assert summary["status"] == "optimal"
    assert summary["classes"][0]["name"] == "focus"
    assert "bound" in done.stderr


def test_the_only_policy_need_not_be_named(tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(tmp_path, policies="policy,kind\nnormal,normal\n", stances="policy,project,stance\n")
    assert main(["solve", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["policy"] == "normal"


@pytest.mark.parametrize("asked", [[], ["--policy", "code-blue"]], ids=["none named", "one that is not there"])
def test_without_a_policy_of_the_folder_the_known_ones_are_listed(
    tmp_path: Path, capsys: Captured, asked: list[str]
) -> None:
    assert main(["solve", str(tiny(tmp_path)), *asked]) == 2
    shown = capsys.readouterr()
    assert "code-red, normal" in shown.err
    assert shown.out == ""


def test_every_fault_of_the_folder_is_told_with_its_place(tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(
        tmp_path,
        needs="project,need,kind,full,minimum\nchat,gpu,gpu,8,-2\nads,gpu,gpu,many,2\n",
        eligible="project,need,pool\nchat,gpu,nodes\nads,gpu,nowhere\n",
        baseline="project,need,pool,amount\n",
    )
    assert main(["solve", str(folder), "--policy", "normal"]) == 2
    shown = capsys.readouterr()
    assert "needs.csv, line 2, column minimum: '-2'" in shown.err
    assert "needs.csv, line 3, column full: 'many'" in shown.err
    assert "eligible.csv, line 3" in shown.err
    assert "Traceback" not in shown.err


def test_faults_are_json_when_json_was_asked_for(tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(tmp_path, capacity="pool,week,amount\nnodes,someday,10\n")
    assert main(["solve", str(folder), "--policy", "normal", "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "invalid"
    assert [(f["file"], f["line"], f["column"]) for f in answer["faults"]] == [("capacity.csv", 2, "week")]


def test_notices_are_told_but_do_not_stop(tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(tmp_path, portfolio="portfolio,start,weeks\ntiny,2025-12-03,4\n")
    assert main(["solve", str(folder), "--policy", "normal"]) == 0
    assert "notice: portfolio.csv, line 2, column start" in capsys.readouterr().err


def test_rules_that_contradict_each_other_end_with_exit_code_3(tmp_path: Path, capsys: Captured) -> None:
    folder, out = tiny(tmp_path / "in", **IMPOSSIBLE), tmp_path / "out"
    assert main(["solve", str(folder), "--policy", "code-red", "--out", str(out), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "infeasible"
    assert answer["conflicts"] != []
    assert answer["repairs"][0]["edits"] != []
    assert not (out / "allocation.csv").exists()


def test_a_folder_that_is_not_there_is_a_message(tmp_path: Path, capsys: Captured) -> None:
    assert main(["solve", str(tmp_path / "nowhere")]) == 2
    assert "does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "code"),
    [(Status.OPTIMAL, 0), (Status.FEASIBLE, 0), (Status.INVALID, 2), (Status.INFEASIBLE, 3), (Status.STOPPED, 4)],
)
def test_each_status_has_its_exit_code(status: Status, code: int, capsys: Captured) -> None:
    assert publish(Outcome(status, "tiny", "normal"), None, Terminal()) == code
    assert str(status) in capsys.readouterr().out


def test_the_conflicts_are_part_of_the_answer(capsys: Captured) -> None:
    conflict = Conflict("floors", "training keeps 40 nodes of b200 from 2025-12-01")
    publish(Outcome(Status.INFEASIBLE, "tiny", "code-red", conflicts=(conflict,)), None, Terminal())
    assert "floors: training keeps 40 nodes of b200 from 2025-12-01" in capsys.readouterr().out


def test_a_plan_stopped_by_a_limit_shows_its_gap(tmp_path: Path, capsys: Captured) -> None:
    tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in COLUMNS.items()}
    plan = Plan("tiny", "normal", date(2025, 12, 1), 4, **tables)
    classes = (ClassResult(1, "priority 0", 30.0, 40.0, 32.0),)
    assert publish(Outcome(Status.FEASIBLE, "tiny", "normal", plan, classes), tmp_path / "out", Terminal()) == 0
    shown = capsys.readouterr()
    assert "stopped by a limit" in shown.out
    assert "5.00" in shown.out
    assert "plan written to" in shown.err


def test_a_service_is_summed_up_in_a_line(tmp_path: Path, capsys: Captured) -> None:
    problem = served(chat((1900,)), measured(("h100", "", 1000.0), ("h100", "fp8", 2000.0)), lever(), nodes=2)
    write_folder(problem, tmp_path / "in")
    assert main(["solve", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    line = next(row for row in capsys.readouterr().out.splitlines() if row.startswith("serving chat"))
    assert "100.0 % of demand; 5 node-weeks, 8 without levers" in line
    assert "1.0 engineer-weeks on levers" in line
    assert main(["check", str(tmp_path / "in"), str(tmp_path / "out")]) == 0
