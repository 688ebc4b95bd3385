"""What the tests reach as a whole: a run of all of them fails where it does not, and what is named is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.bootstrap import fake_python, load

bootstrap = load()


@pytest.mark.parametrize("pattern", bootstrap.WHOLE)
def test_what_is_reached_as_a_whole_is_there(pattern: str) -> None:
    assert list(bootstrap.ROOT.glob(pattern))


@pytest.mark.skipif(os.name == "nt", reason="the fake Pythons are shell scripts")
@pytest.mark.parametrize(("code", "whole"), [(0, True), (2, False)])
def test_what_falls_below_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], code: int, whole: bool) -> None:
    assert bootstrap.covers_whole(fake_python(tmp_path / "python", exit_code=code)) is whole
    assert ("FAILED" in capsys.readouterr().err) is not whole


@pytest.mark.skipif(os.name == "nt", reason="the fake Pythons are shell scripts")
@pytest.mark.parametrize(("arguments", "asked"), [([], True), (["tests/cli"], False)])
def test_only_a_run_of_all_tests_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], asked: bool
) -> None:
    seen: list[Path] = []
    monkeypatch.setattr(bootstrap, "LINTS", {})
    monkeypatch.setattr(bootstrap, "covers_whole", lambda python: bool(seen.append(python)))
    assert bootstrap.run_tests(fake_python(tmp_path / "python"), arguments) == int(asked)
    assert bool(seen) is asked
