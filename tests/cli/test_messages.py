"""What the command line says of itself, and how it takes errors and Ctrl-C."""

from __future__ import annotations

import os
import signal
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.cli import COMMANDS, main
from app.cli.interrupt import run_until_stopped
from app.cli.progress import ProgressDisplay, line
from app.cli.terminal import Terminal, answer_for
from app.errors import Refused
from solver.progress import Progress, ShouldStop

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_that_of_the_project(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert capsys.readouterr().out == f"codered {project['version']}\n"


def test_help_lists_every_command_with_a_sentence(capsys: Captured) -> None:
    assert main(["--help"]) == 0
    listed = dict(
        line.split(None, 1) for line in capsys.readouterr().out.split("Commands:")[1].splitlines() if line.strip()
    )
    assert list(listed) == list(COMMANDS)
    assert all(len(sentence) > 10 for sentence in listed.values())


def test_an_unknown_command_is_a_message(capsys: Captured) -> None:
    assert main(["frobnicate"]) == 2
    assert "No such command" in capsys.readouterr().err


def test_a_refusal_is_told_in_its_own_words(capsys: Captured) -> None:
    assert answer_for(Refused("the plan is of another portfolio"), Terminal()) == 1
    assert capsys.readouterr().err == "codered: the plan is of another portfolio\n"


def test_an_unexpected_error_is_one_line_that_says_how_to_see_more(capsys: Captured) -> None:
    assert answer_for(ZeroDivisionError("division by zero"), Terminal()) == 1
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "ZeroDivisionError: division by zero" in shown
    assert "codered --debug" in shown


def test_debug_shows_the_trace(tmp_path: Path, url: str) -> None:
    with pytest.raises(Exception, match="nobody"):
        main(["--debug", "export", "nobody", str(tmp_path), "--database", url])


def test_ctrl_c_asks_the_work_to_stop_and_waits_for_its_answer() -> None:
    told: list[str] = []

    def work(should_stop: ShouldStop) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        until = time.monotonic() + 10
        while not should_stop() and time.monotonic() < until:
            time.sleep(0.01)
        return "the best so far" if should_stop() else "never told"

    assert run_until_stopped(work, lambda: told.append("stopping")) == "the best so far"
    assert told == ["stopping"]


@pytest.mark.parametrize("before", [signal.default_int_handler, signal.SIG_IGN])
def test_a_second_ctrl_c_gives_up_and_after_it_ctrl_c_is_what_it_was(before: Any) -> None:
    def work(should_stop: ShouldStop) -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.3)
        time.sleep(1)

    outside = signal.signal(signal.SIGINT, before)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_until_stopped(work, lambda: None)
        assert signal.getsignal(signal.SIGINT) is before
    finally:
        signal.signal(signal.SIGINT, outside)


def test_what_the_work_raises_is_raised() -> None:
    def work(_: ShouldStop) -> None:
        raise Refused("not now")

    with pytest.raises(Refused, match="not now"):
        run_until_stopped(work, lambda: None)


def test_progress_names_class_incumbent_bound_and_gap(capsys: Captured) -> None:
    progress = Progress(rank=0, name="focus", incumbent=210.4, bound=None, gap_percent=0.05, seconds=1.25)
    assert line(progress) == "   1.2 s  class focus: incumbent 210.4, bound -, gap 0.05 %"
    with ProgressDisplay(Terminal().messages) as display:
        for _ in range(5):
            display.report(progress)
    shown = capsys.readouterr()
    assert shown.err.count("focus") == 1
    assert shown.out == ""
