"""One process per simulation of futures, so that neither the web process nor a solve waits for it."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from solver.faults import InvalidInput
from solver.plan import Plan
from solver.problem import Problem

LIMIT_SECONDS = 300.0
"""How long a simulation may take before its process is ended."""

_one_at_a_time = threading.Lock()


class SimulationFailed(Exception):
    """There is no result; the message says why."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate."""

    problem: Problem
    policy: str
    plan: Plan
    futures: int
    seed: int


def simulate(simulation: Simulation) -> dict[str, str]:
    """The files of a simulation, computed in a process of its own, one after the other. Raises SimulationFailed."""
    spawn = multiprocessing.get_context("spawn")
    with _one_at_a_time:
        ours, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(target=serve, args=(theirs, simulation), name="codered-futures", daemon=True)
        process.start()
        theirs.close()
        try:
            if not ours.poll(LIMIT_SECONDS):
                raise SimulationFailed(f"it took longer than {LIMIT_SECONDS:.0f} seconds and was ended")
            files, message = ours.recv()
        except (EOFError, OSError):
            raise SimulationFailed("its process ended unexpectedly") from None
        finally:
            process.terminate()
            process.join()
            ours.close()
    if files is None:
        raise SimulationFailed(message)
    return dict(files)


def serve(pipe: Connection, simulation: Simulation) -> None:
    """What the process does: simulate, and answer with the files, or with what is wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        pipe.send(answer(simulation))


def answer(s: Simulation) -> tuple[dict[str, str] | None, str]:
    """The files of a simulation, or what is wrong with it."""
    from solver.risks import assess, chances_files  # here, so that only this process loads them

    try:
        return chances_files(assess(s.problem, s.policy, s.plan, count=s.futures, seed=s.seed)), ""
    except InvalidInput as invalid:
        return None, "; ".join(str(fault) for fault in invalid.faults[:3])
    except Exception as error:  # noqa: BLE001 - a defect of the simulation is told where it was asked for
        return None, f"an unexpected error: {type(error).__name__}: {error}"
