"""The long run of the faults: `python -m tests.faults --times 100`, on SQLite or with `--database URL` on another."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import scenes

SCENES = (
    scenes.worker_killed_mid_solve,
    scenes.worker_stopped_past_its_lease,
    scenes.importer_killed,
    scenes.sweeping_worker_killed,
    scenes.dask_killed,
)


def main() -> None:
    """Repeat every scene, and print what each counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--database", default="", help="an empty database; blank: SQLite in a folder of its own")
    parser.add_argument("--only", choices=[scene.__name__ for scene in SCENES])
    asked = parser.parse_args()
    for scene in SCENES:
        if asked.only in (None, scene.__name__):
            began = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                counted = scene(Path(folder), asked.times, asked.database)
            told = ", ".join(f"{name} {count}" for name, count in counted.items())
            sys.stdout.write(f"{scene.__name__}: {told} ({time.monotonic() - began:.0f} s)\n")


if __name__ == "__main__":
    main()
