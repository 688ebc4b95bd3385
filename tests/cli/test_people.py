"""`codered people`: change orders beside a plan, and what is said when there can be none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from app.cli import main
from tests.cli.tiny import tiny

Captured = pytest.CaptureFixture[str]
PEOPLE = "person,pool,project,locked_until\n" + "".join(
    f"p-{n},engineers,{'chat' if n < 2 else 'ads'},{'2025-12-15' if n == 2 else ''}\n" for n in range(6)
)


@pytest.fixture
def solved(tmp_path: Path, capsys: Captured) -> tuple[str, str]:
    """A folder with people and the plan made from it: chat takes engineers of ads, which pauses."""
    folder, out = tiny(tmp_path / "in", people=PEOPLE), tmp_path / "out"
    assert main(["solve", str(folder), "--policy", "code-red", "--out", str(out)]) == 0
    capsys.readouterr()
    return str(folder), str(out)


def test_orders_are_written_beside_the_plan(solved: tuple[str, str], capsys: Captured) -> None:
    assert main(["people", *solved]) == 0
    shown = capsys.readouterr()
    orders = pd.read_csv(Path(solved[1]) / "orders.csv")
    moves = orders[orders["kind"] == "move"]
    assert set(moves["to"]) <= {"chat", "ads"}
    assert len(moves) >= 2
    assert not set(moves[moves["week"] < "2025-12-15"]["person"]) & {"p-2"}
    assert (Path(solved[1]) / "uncovered.csv").exists()
    assert "proven" in shown.out
    assert "orders written to" in shown.err
    assert main(["check", *solved]) == 0
    assert "followed person by person" in capsys.readouterr().err


def test_an_order_changed_by_hand_is_a_violation(solved: tuple[str, str], capsys: Captured) -> None:
    assert main(["people", *solved]) == 0
    path = Path(solved[1]) / "orders.csv"
    path.write_text(path.read_text().replace(",ads,chat,", ",chat,ads,", 1))
    assert main(["check", *solved]) == 1
    assert "violation: orders: does not start from where the person is" in capsys.readouterr().err


def test_json_tells_moves_bound_and_proof_and_another_folder_can_be_named(
    solved: tuple[str, str], tmp_path: Path, capsys: Captured
) -> None:
    assert main(["people", *solved, "--dwell", "1", "--json", "--out", str(tmp_path / "who")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["moves"] == answer["moves_bound"]
    assert (answer["proven"], answer["dwell"], answer["people"]) == (True, 1, 6)
    assert [p["pool"] for p in answer["pools"]] == ["engineers"]
    assert {path.name for path in (tmp_path / "who").iterdir()} == {"orders.csv", "uncovered.csv", "orders.json"}


def test_without_people_there_is_nothing_to_order(solved: tuple[str, str], tmp_path: Path, capsys: Captured) -> None:
    assert main(["people", str(tiny(tmp_path / "nobody")), solved[1]]) == 2
    assert "people.csv is missing or empty" in capsys.readouterr().err


def test_a_plan_of_another_portfolio_gets_no_orders(solved: tuple[str, str], tmp_path: Path, capsys: Captured) -> None:
    supply = "pool,week,amount\nnodes,2025-12-01,1\nengineers,2025-12-01,6\n"
    other = tiny(tmp_path / "other", people=PEOPLE, capacity=supply, baseline="project,need,pool,amount\n")
    assert main(["people", str(other), solved[1]]) == 2
    shown = capsys.readouterr().err
    assert "fault: summary.json: capacity: nodes in the week of 2025-12-01: " in shown
    assert "right would be: a plan of this portfolio as it is now" in shown
    assert not (Path(solved[1]) / "orders.csv").exists()
