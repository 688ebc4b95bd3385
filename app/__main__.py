"""`python3 -m app`: on any Python from 3.8 on, find one new enough, make the project's environment, go on in it.

    a Python that runs -> .venv -> pip install -e . -> stamp -> the command line inside

Only the standard library, and only syntax of Python 3.8: this file runs before anything is installed.
"""

# ruff: noqa: S603, S606 - the commands started here are fixed lists, no shell reads them
from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - must run on 3.8

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 12)
NEWEST_TRIED = (3, 14)
"""Newer Pythons are taken only when nothing else is there: the pinned packages may have no wheels for them."""
MINORS = range(NEWEST_TRIED[1], OLDEST[1] - 1, -1)
PROBE = "import sys; print('%d.%d.%d' % sys.version_info[:3], flush=True); import ensurepip, sqlite3, ssl, venv"
HIDDEN = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")
BYTECODE = "import sys; sys.dont_write_bytecode = False\n"
"""Run by each Python of the environment as it starts. Where PYTHONDONTWRITEBYTECODE is set, as in many containers, each
process would else compile pandas, SQLAlchemy and the rest again: three seconds before it begins."""
LINTS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "mypy": ["-m", "mypy"],
    "lint-imports": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "pytest collects": ["-m", "pytest", "-p", "no:xdist", "--collect-only", "-qq"],
}
"""The last one compiles what tests load, on a core that mypy leaves free; else each process of pytest compiles it."""
LONGEST = "mypy"
WHOLE = (
    "app/actions/work/[hko]*.py", "app/actions/accounts.py", "app/actions/permit.py", "app/actions/provider.py",
    "app/actions/sign_in.py", "app/actions/throttle.py", "app/actions/tokens.py",
    "app/actions/import_data.py", "app/actions/preview.py", "app/rights.py", "app/roles.py", "app/store/accounts.py",
    "app/tables/*", "app/web/provider.py", "app/web/sign_in.py", "solver/check/*", "solver/files/archive.py",
    "solver/files/book*.py", "solver/files/csvtext.py", "solver/files/formula.py", "solver/files/people_files.py",
    "solver/files/plan_files.py", "solver/files/source.py", "solver/files/tabular.py", "solver/files/workbook.py",
)  # fmt: skip
"""Of these the tests leave out no line and no branch: who is let in, what is brought in, who works, what is checked."""
NO_PYTHON = """Python 3.12 or newer is needed, and none was found that runs.
Install one, then run the same command again:
  Debian, Ubuntu   sudo apt install python3.12 python3.12-venv   (or a newer 3.x)
  Fedora           sudo dnf install python3.12
  macOS            brew install python@3.13
  Windows          winget install Python.Python.3.13
  anywhere         uv python install 3.13   or   pyenv install 3.13
or name one: CODERED_PYTHON=/path/to/python3.13 python3 -m app"""


class SetUpError(Exception):
    """The environment cannot be made; the message says what to do."""


class Found(NamedTuple):
    """What running a candidate told: its version, and whether it can make virtual environments."""

    version: tuple[int, ...]
    whole: bool


def say(text: str) -> None:
    """Tell a person; stdout stays clean for the command's own output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def without_overrides() -> dict[str, str]:
    """The process environment without what would lead another Python to this one's packages."""
    return {name: value for name, value in os.environ.items() if name not in HIDDEN}


def run_candidate(command: Sequence[str]) -> Found | None:
    """What a candidate is, by running it; None when it does not run (as a version manager's shim may not)."""
    try:
        done = subprocess.run(
            [*command, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
            env=without_overrides(),
        )
        version = tuple(int(part) for part in done.stdout.decode().split()[0].split("."))
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        return None
    return Found(version, done.returncode == 0)


def folders(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Folders that may hold a Python, most specific first."""
    for entry in environ.get("PATH", "").split(os.pathsep):
        if entry:
            yield Path(entry)
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    uv = Path(environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local" / "share" / "uv" / "python")
    for shelf in (pyenv, uv):
        if shelf.is_dir():
            for version in sorted(shelf.iterdir(), reverse=True):
                yield version / "bin"
    yield Path("/opt/homebrew/bin")
    yield Path("/usr/local/bin")
    yield Path("/usr/bin")


def candidates(environ: Mapping[str, str], home: Path, running: str, mine: Path) -> Iterator[list[str]]:
    """Commands that may start a Python new enough: this one, then the exact names, then plain `python3`."""
    places = [folder for folder in folders(environ, home) if mine not in (folder, *folder.parents)]
    seen = set()
    if running and mine not in Path(running).parents:
        yield [running]
    for name in [*("python3.%d" % minor for minor in MINORS), "python3", "python"]:  # noqa: UP031
        for path in (folder / name for folder in places):
            if str(path) not in seen and path.is_file():
                seen.add(str(path))
                yield [str(path)]
    if os.name == "nt":
        for minor in MINORS:
            yield ["py", f"-3.{minor}"]


def find_python(commands: Iterable[Sequence[str]], named: str | None = None) -> list[str]:
    """The first command that runs a Python the packages were tried with, else any newer one. Raises SetUpError."""
    if named:
        found = run_candidate([named])
        if found is None or found.version < OLDEST or not found.whole:
            raise SetUpError(f"CODERED_PYTHON={named} does not run, is older than 3.12, or lacks venv.\n{NO_PYTHON}")
        return [named]
    newer, broken = None, []
    for command in commands:
        found = run_candidate(command)
        if found is None or found.version < OLDEST:
            continue
        if not found.whole:
            broken.append(f"{command[0]} lacks venv or ensurepip (Debian: apt install python3.{found.version[1]}-venv)")
        elif found.version[:2] <= NEWEST_TRIED:
            return list(command)
        else:
            newer = newer or list(command)
    if newer:
        return newer
    raise SetUpError("\n".join([*broken, NO_PYTHON]))


class Environment:
    """The project's virtual environment: `.venv` beside pyproject.toml, stamped with what it was made from."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.stamp = self.folder / "codered.json"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def inside(self) -> bool:
        """Whether this very process runs in it."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def read_stamp(self) -> dict[str, object]:
        """What the last set-up noted; empty when there is no note or it cannot be read."""
        try:
            stamp = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def wanted(self, version: tuple[int, ...], extras: Iterable[str]) -> dict[str, object]:
        """What the stamp says of an environment that is up to date."""
        digest = hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()
        python = ".".join(str(part) for part in version)
        return {"pyproject": digest, "python": python, "folder": str(self.root), "extras": sorted(extras)}

    def current(self) -> Found | None:
        """The environment's own Python, None when it is missing or broken."""
        if self.inside:
            return Found(tuple(sys.version_info[:3]), True)
        return run_candidate([str(self.python)]) if self.python.exists() else None

    def sound(self, found: Found | None) -> bool:
        """Whether to keep it: its Python runs, is new enough, has pip, and no set-up was cut short."""
        if found is None or found.version < OLDEST:
            return False
        if self.inside:
            return True
        has_pip = [str(self.python), "-c", "import pip"]
        return not self.read_stamp().get("installing") and subprocess.call(has_pip, stderr=subprocess.DEVNULL) == 0

    def prepare(self, extras: Iterable[str] = ()) -> Path:
        """Make or mend what the stamp says is missing; the environment's Python. Raises SetUpError."""
        stamp, found = self.read_stamp(), self.current()
        had = stamp.get("extras")
        extras = {*extras, *(had if isinstance(had, list) else ())}
        if found and found.version >= OLDEST and stamp == self.wanted(found.version, extras):
            return self.python
        if not self.sound(found):
            found = self.make()
        if found is None:
            raise SetUpError(f"{self.folder} was made, but its Python does not run.")
        self.install(extras)
        self.stamp.write_text(json.dumps(self.wanted(found.version, extras)), encoding="utf-8")
        return self.python

    def make(self) -> Found | None:
        """A new environment in place of whatever is there."""
        running = getattr(sys, "_base_executable", "") or sys.executable
        commands = candidates(os.environ, Path.home(), running, self.folder)
        command = find_python(commands, os.environ.get("CODERED_PYTHON"))
        say(f"codered: making {self.folder} with {' '.join(command)}")
        if self.folder.exists():
            shutil.rmtree(self.folder)
        if subprocess.call([*command, "-m", "venv", str(self.folder)], env=without_overrides()):
            raise SetUpError(f"{' '.join(command)} could not make {self.folder}.")
        return self.current()

    def install(self, extras: Iterable[str]) -> None:
        """The project and its pinned packages, in editable form. A run cut short leaves a stamp that says so."""
        self.stamp.write_text('{"installing": true}', encoding="utf-8")
        say("codered: installing packages (once; some 20 seconds)")
        names = ",".join(sorted(extras))
        pip = [
            str(self.python),
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--no-input",
            "--no-compile",
        ]
        command = [*pip, "-e", f".[{names}]" if names else "."]
        if subprocess.call(command, cwd=self.root, env=without_overrides(), stdout=sys.stderr):
            raise SetUpError("pip could not install the packages (its message is above); run the same command again.")
        for packages in (*self.folder.glob("lib/python*/site-packages"), *self.folder.glob("Lib/site-packages")):
            (packages / "codered_bytecode.pth").write_text(BYTECODE, encoding="utf-8")


def run_tests(python: Path, arguments: Sequence[str]) -> int:
    """All of LINTS side by side, then pytest with coverage beside the last of them; 0 only when all of them pass."""
    started = {
        name: subprocess.Popen([str(python), *call], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for name, call in LINTS.items()
    }
    failed = [name for name in started if name != LONGEST and not passed(name, started[name])]
    own = any(argument.startswith("-n") for argument in arguments)
    spread = [] if own else ["-n", "auto", "--dist", "worksteal"]
    pytest = [str(python), "-m", "pytest", *spread, "--cov", "--cov-report=term:skip-covered", *arguments]
    if subprocess.call(pytest, cwd=ROOT):
        failed.append("pytest")
    elif not arguments and not covers_whole(python):
        failed.append("coverage")
    failed += [name for name in started if name == LONGEST and not passed(name, started[name])]
    return 1 if failed else 0


def passed(name: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait for a process and say whether it passed; what it said is shown if it did not."""
    output = process.communicate()[0].decode(errors="replace").strip()
    if process.returncode:
        say(output)
    say(f"{name}: {'FAILED' if process.returncode else 'passed'}")
    return not process.returncode


def covers_whole(python: Path) -> bool:
    """Whether a run of all tests left out nothing of what they are to reach as a whole; what it left out is shown."""
    report = [str(python), "-m", "coverage", "report", "--show-missing", "--skip-covered", "--precision=2"]
    covered = subprocess.call([*report, "--fail-under=100", "--include=" + ",".join(WHOLE)], cwd=ROOT) == 0
    say(f"coverage of what is tested as a whole: {'100 %' if covered else 'FAILED'}")
    return covered


def go_on(python: Path, arguments: Sequence[str]) -> int:
    """The same command inside the environment; on Windows as a child, because exec would detach the terminal."""
    command = [str(python), "-m", "app", *arguments]
    if os.name == "nt":
        return subprocess.call(command)
    return os.execv(command[0], command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up what the command needs, then run it."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    verb = arguments[0] if arguments else ""
    environment = Environment()
    try:
        python = environment.prepare(["test"] if verb == "test" or arguments[:2] == ["setup", "--test"] else [])
        if verb == "setup":
            say(f"codered: ready in {environment.folder}. Next: python3 -m app demo")
            return 0
        if verb == "test":
            return run_tests(python, arguments[1:])
        if not environment.inside:
            return go_on(python, arguments)
    except SetUpError as problem:
        say(f"codered: {problem}")
        return 1
    except KeyboardInterrupt:
        say("codered: stopped")
        return 130
    from app.cli import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main())
