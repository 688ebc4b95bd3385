"""The long run of many users, `python -m tests.soak`, on SQLite, PostgreSQL or both; ends with 1 when one broke."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.databases import BOTH, POSTGRESQL, SQLITE, Makers
from tests.soak import stage
from tests.soak.run import Wanted, soak


def main(words: list[str]) -> int:
    """Soak every database that is asked for, and tell the figures of each."""
    asked = _arguments().parse_args(words)
    size = tuple(int(n) for n in asked.size.split("x"))
    wanted = Wanted(
        (size[0], size[1], size[2]), asked.editors, asked.viewers, asked.seconds, asked.edit_pause, asked.view_pause,
        asked.processes, together=asked.together, limit=asked.p95,
    )  # fmt: skip
    told: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="codered-soak-") as made:
        kept = Path(asked.keep or made).absolute()
        staged = stage.prepare(kept, wanted.size)
        for kind in BOTH if asked.database == "both" else (asked.database,):
            with database(kind, kept, Path(made)) as url:
                told[kind] = soak(url, Path(made), staged, wanted)
                if not asked.json:
                    sys.stdout.write(table(kind, told[kind]))
    if asked.json:
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return 1 if any(one["faults"] for one in told.values()) else 0


@contextmanager
def database(kind: str, kept: Path, folder: Path) -> Iterator[str]:
    """A copy of what is kept, as a file or in a PostgreSQL that ends with this run."""
    if kind == SQLITE:
        shutil.copy(kept / stage.FILE, folder / "soak.db")
        yield f"sqlite:///{folder / 'soak.db'}"
        return
    makers = Makers(folder)
    with makers.migrated(POSTGRESQL) as url:
        stage.copied(kept, url)
        yield url
    makers.close()


def table(kind: str, told: dict[str, Any]) -> str:
    """The figures as text."""
    load = ", ".join(f"{one:.1f}" for one in told["load"])
    lines = [
        f"{kind}: {told['accepted']} writes accepted, {told['second']} came second; load of the machine {load}",
        f"{'milliseconds':26}{'count':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}",
    ]
    for name, one in told["times"].items():
        figures = "".join(f"{one[share]:>8.0f}" for share in ("p50", "p95", "p99", "longest"))
        lines.append(f"{name:26}{one['count']:>8}{figures}")
    broken = [f"BROKEN: {fault}" for fault in told["faults"]] or ["nothing lost, nothing broken"]
    return "\n".join([*lines, *broken]) + "\n"


def _arguments() -> argparse.ArgumentParser:
    wanted, parser = Wanted(), argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--database", choices=(*BOTH, "both"), default=SQLITE)
    parser.add_argument("--seconds", type=float, default=wanted.seconds, help="of each phase")
    parser.add_argument("--editors", type=int, default=wanted.editors)
    parser.add_argument("--viewers", type=int, default=wanted.viewers)
    parser.add_argument("--edit-pause", type=float, default=wanted.edit_pause, help="mean seconds around every write")
    parser.add_argument("--view-pause", type=float, default=wanted.view_pause, help="mean seconds between two pages")
    parser.add_argument("--processes", type=int, default=wanted.processes, help="that serve")
    parser.add_argument("--size", default="x".join(map(str, wanted.size)), help="of the large portfolio")
    parser.add_argument("--together", action="store_true", help="viewers while the editors edit, not afterwards")
    parser.add_argument("--p95", type=float, default=wanted.limit, help="milliseconds for the editors; 0: not judged")
    parser.add_argument("--keep", help="a folder whose database is made once and used again")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
