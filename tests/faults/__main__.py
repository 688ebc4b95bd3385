"""The long run of the faults: `python -m tests.faults --times 100`.

On SQLite; with `--database postgresql` on a server started for each, with `--database URL` on databases of that server
(what kills or stops the server has one of its own all the same).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults import breaking, databases, imports, sweeping, workers
from tests.faults.ground import Counted, NoSmallDisk, Place, place

SCENES: dict[str, Callable[[Place, int], Counted]] = {
    scene.__name__: scene
    for scene in (
        workers.worker_killed_mid_solve, workers.worker_stopped_past_its_lease, workers.workers_race,
        workers.clocks_jump, imports.importer_killed, imports.web_killed_mid_import,
        databases.database_gone_and_back, databases.database_stops_answering, databases.disk_full,
        databases.file_may_not_grow, breaking.solver_breaks, sweeping.sweeping_worker_killed, sweeping.dask_killed,
    )
}  # fmt: skip


def main() -> int:
    """Repeat every scene, and print what each counted; 1 when one found something lost, doubled or not told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--database", default="", help="sqlite (default), postgresql, or the URL of a server")
    parser.add_argument("--only", choices=SCENES, action="append", help="may be repeated")
    parser.add_argument("--json", type=Path, help="also write what was counted to this file")
    asked = parser.parse_args()
    report = []
    for name in asked.only or SCENES:
        began, counted, failed = time.monotonic(), {}, ""
        try:
            with tempfile.TemporaryDirectory() as folder, place(Path(folder), asked.database) as where:
                counted = dict(SCENES[name](where, asked.times))
        except NoSmallDisk as why:
            failed = f"not tried: nothing may be mounted here ({why})"
        except AssertionError as found:
            failed = f"FAILED: {found}"
        seconds = round(time.monotonic() - began)
        told = failed or ", ".join(f"{what} {count}" for what, count in counted.items())
        sys.stdout.write(f"{name}: {told} ({seconds} s)\n")
        sys.stdout.flush()
        report.append({"fault": name, "failed": failed, "counted": counted, "seconds": seconds})
    if asked.json:
        asked.json.write_text(json.dumps({"database": asked.database or "sqlite", "faults": report}, indent=1) + "\n")
    return int(any(str(one["failed"]).startswith("FAILED") for one in report))


if __name__ == "__main__":
    sys.exit(main())
