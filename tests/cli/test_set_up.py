"""When the set-up makes, mends or leaves alone the project's environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.bootstrap import fake_python, load

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake Pythons are shell scripts")
bootstrap = load()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder, a fake Python that makes fake environments, and a pip that notes what it is asked for."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[project]\nname = 'codered'\n")
    maker = tmp_path / "python3.13"
    log = tmp_path / "pip.log"
    (tmp_path / "python3.13.venv").write_text(
        f'#!/bin/sh\ncase "$*" in *"pip install"*) echo "$*" >> {log};; *"import sys"*) echo 3.13.1;; esac\n'
    )
    (tmp_path / "python3.13.venv").chmod(0o755)
    maker.write_text(
        '#!/bin/sh\n[ "$2" != venv ] && echo 3.13.1 && exit\nmkdir -p "$3/bin" && cp "$0.venv" "$3/bin/python"\n'
    )
    maker.chmod(0o755)
    monkeypatch.setenv("CODERED_PYTHON", str(maker))
    return project


def installs(root: Path) -> list[str]:
    log = root.parent / "pip.log"
    return [line.split()[-1] for line in log.read_text().splitlines()] if log.exists() else []


def prepare(root: Path, *extras: str) -> Any:
    return bootstrap.Environment(root).prepare(extras)


def test_a_fresh_clone_gets_an_environment_with_the_project_in_it(root: Path) -> None:
    python = prepare(root)
    assert python == root / ".venv" / "bin" / "python"
    assert installs(root) == ["."]


def test_compiled_modules_are_kept_where_the_machine_says_to_keep_none(root: Path) -> None:
    packages = prepare(root).parent.parent / "lib" / "python3.13" / "site-packages"
    packages.mkdir(parents=True)
    bootstrap.Environment(root).install([])
    assert "dont_write_bytecode = False" in (packages / "codered_bytecode.pth").read_text()
    asked = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    keeps = subprocess.run(
        [sys.executable, "-c", f"import site, sys; site.addsitedir({str(packages)!r}); print(sys.dont_write_bytecode)"],
        env=asked, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert keeps.stdout.strip() == "False"


def test_a_second_run_installs_nothing(root: Path) -> None:
    prepare(root)
    prepare(root)
    assert installs(root) == ["."]


def test_the_tests_add_their_packages_and_later_commands_keep_them(root: Path) -> None:
    prepare(root)
    prepare(root, "test")
    prepare(root)
    assert installs(root) == [".", ".[test]"]


def test_changed_dependencies_are_installed_again(root: Path) -> None:
    prepare(root)
    (root / "pyproject.toml").write_text("[project]\nname = 'codered'\ndependencies = ['click']\n")
    prepare(root)
    assert installs(root) == [".", "."]


def test_a_set_up_that_was_cut_short_is_made_anew(root: Path) -> None:
    prepare(root)
    (root / ".venv" / "codered.json").write_text('{"installing": true}')
    left_over = root / ".venv" / "half-a-package"
    left_over.touch()
    prepare(root)
    assert not left_over.exists()
    assert installs(root) == [".", "."]


def test_an_environment_whose_python_is_gone_is_made_anew(root: Path) -> None:
    prepare(root)
    (root / ".venv" / "bin" / "python").unlink()
    assert prepare(root).exists()
    assert installs(root) == [".", "."]


def test_an_environment_made_by_hand_is_kept_and_completed(root: Path) -> None:
    prepare(root)
    (root / ".venv" / "codered.json").unlink()
    kept = root / ".venv" / "made-by-hand"
    kept.touch()
    prepare(root)
    assert kept.exists()
    assert installs(root) == [".", "."]


def test_a_folder_that_moved_is_installed_again(root: Path) -> None:
    prepare(root)
    moved = root.rename(root.parent / "elsewhere")
    prepare(moved)
    assert installs(moved) == [".", "."]


def test_a_stamp_that_is_no_json_counts_as_none(root: Path) -> None:
    prepare(root)
    (root / ".venv" / "codered.json").write_text("not json")
    prepare(root)
    assert json.loads((root / ".venv" / "codered.json").read_text())["python"] == "3.13.1"


def test_pip_that_fails_is_told_and_leaves_no_stamp_of_success(root: Path) -> None:
    broken = root.parent / "python3.13.venv"
    broken.write_text('#!/bin/sh\ncase "$*" in *"pip install"*) exit 1;; *"import sys"*) echo 3.13.1;; esac\n')
    with pytest.raises(bootstrap.SetUpError, match="pip could not install"):
        prepare(root)
    assert bootstrap.Environment(root).read_stamp() == {"installing": True}


def test_what_would_lead_a_python_to_the_packages_of_another_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    assert "PYTHONHOME" not in bootstrap.without_overrides()
    assert bootstrap.run_candidate([sys.executable]).version == sys.version_info[:3]


def test_a_python_that_cannot_be_started_is_none(tmp_path: Path) -> None:
    nothing = fake_python(tmp_path / "python3")
    nothing.chmod(0o644)
    assert bootstrap.run_candidate([str(nothing)]) is None
