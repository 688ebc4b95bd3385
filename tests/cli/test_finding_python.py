"""Which Python the set-up takes: the first that runs, is new enough and is whole."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

from tests.cli.bootstrap import PATH, fake_python, load

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake Pythons are shell scripts")
bootstrap = load()


@pytest.mark.parametrize("path", [PATH, PATH.parent / "__init__.py"], ids=lambda p: p.name)
def test_what_runs_before_the_set_up_has_the_syntax_of_python_3_8(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    outside = {
        name.split(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    } - set(sys.stdlib_module_names)
    assert outside == set()


def test_a_shim_that_fails_when_run_is_passed_over(tmp_path: Path) -> None:
    shim = fake_python(tmp_path / "shims" / "python3.13", version="", exit_code=127)
    good = fake_python(tmp_path / "real" / "python3.13")
    assert bootstrap.run_candidate([str(shim)]) is None
    assert bootstrap.find_python([[str(shim)], [str(good)]]) == [str(good)]


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old = fake_python(tmp_path / "old" / "python3", version="3.11.9")
    good = fake_python(tmp_path / "new" / "python3", version="3.12.0")
    assert bootstrap.find_python([[str(old)], [str(good)]]) == [str(good)]


def test_a_version_the_packages_were_tried_with_goes_before_a_newer_one(tmp_path: Path) -> None:
    newer = fake_python(tmp_path / "newer" / "python3", version="3.99.0")
    tried = fake_python(tmp_path / "tried" / "python3", version="3.12.4")
    assert bootstrap.find_python([[str(newer)], [str(tried)]]) == [str(tried)]
    assert bootstrap.find_python([[str(newer)]]) == [str(newer)]


def test_without_any_python_the_message_says_what_to_install(tmp_path: Path) -> None:
    old = fake_python(tmp_path / "python3", version="3.8.18")
    with pytest.raises(bootstrap.SetUpError) as error:
        bootstrap.find_python([[str(old)], [str(tmp_path / "missing")]])
    assert "apt install python3.12" in str(error.value)
    assert "CODERED_PYTHON" in str(error.value)


def test_a_python_without_venv_is_named_with_its_package(tmp_path: Path) -> None:
    bare = fake_python(tmp_path / "python3.12", version="3.12.3", exit_code=1)
    with pytest.raises(bootstrap.SetUpError) as error:
        bootstrap.find_python([[str(bare)]])
    assert f"{bare} lacks venv or ensurepip (Debian: apt install python3.12-venv)" in str(error.value)


def test_the_python_that_was_named_is_taken_or_refused_but_never_replaced(tmp_path: Path) -> None:
    named = fake_python(tmp_path / "mine", version="3.14.0")
    other = fake_python(tmp_path / "other")
    assert bootstrap.find_python([[str(other)]], named=str(named)) == [str(named)]
    with pytest.raises(bootstrap.SetUpError, match="CODERED_PYTHON"):
        bootstrap.find_python([[str(other)]], named=str(tmp_path / "missing"))


def test_pythons_are_sought_on_the_path_and_in_the_shelves_of_pyenv_and_uv(tmp_path: Path) -> None:
    home, pyenv = tmp_path / "home", tmp_path / "pyenv"
    expected = [
        fake_python(tmp_path / "bin" / "python3.14"),
        fake_python(pyenv / "versions" / "3.13.0" / "bin" / "python3.13"),
        fake_python(home / ".local/share/uv/python/cpython-3.12" / "bin" / "python3.12"),
    ]
    environ = {"PATH": str(tmp_path / "bin"), "PYENV_ROOT": str(pyenv)}
    found = [c[0] for c in bootstrap.candidates(environ, home, "/running/python3", tmp_path / ".venv")]
    assert found[0] == "/running/python3"
    assert [f for f in found if f.startswith(str(tmp_path))] == [str(path) for path in expected]


def test_the_environment_that_is_to_be_replaced_is_no_candidate(tmp_path: Path) -> None:
    mine = tmp_path / ".venv"
    inside = fake_python(mine / "bin" / "python3.13")
    found = list(bootstrap.candidates({"PATH": str(inside.parent)}, tmp_path, str(inside), mine))
    assert [str(inside)] not in found
