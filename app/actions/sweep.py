"""A sweep into a folder: each result a file as it comes, and the table of all of them at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from app.errors import Refused
from app.processes.sweep import Hire
from app.processes.sweeping import OnTally, Tally, WorkersLost, swept
from solver.files.sweep_files import SweepFolder, write_whole
from solver.progress import ShouldStop, never_stop
from solver.sweep import Base, Scenario, results_csv

__all__ = ["OnTally", "Tally", "WorkersLost", "sweep"]


def sweep(  # noqa: PLR0917 - what, where to, and by whom
    base: Base,
    scenarios: Sequence[Scenario],
    out: Path,
    hire: Hire | None = None,
    on_tally: OnTally = lambda _: None,
    should_stop: ShouldStop = never_stop,
) -> Tally:
    """All scenarios, in this process or by the workers of `hire`; the table is written to `out`/results.csv.

    Told to stop, it keeps what is done and leaves out the rest. Raises Refused when another sweep writes to `out`;
    WorkersLost when workers go away again and again.
    """
    tally = Tally(len(scenarios))
    with _alone(out):
        try:
            for tally in swept(base, scenarios, SweepFolder(out), hire, should_stop):
                on_tally(tally)
        finally:
            write_whole(out / "results.csv", results_csv(tally.rows))
    return tally


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Nobody else sweeps into this folder meanwhile; the system lets go of the lock when this process ends."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        if find_spec("fcntl"):
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(f"another sweep is writing to {out}; wait for it, or choose another --out") from None
        yield
