"""A folder of sweep results: one file per key, written whole or not at all, and read only if it is what was written."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from solver.faults import InvalidInput
from solver.files.plan_files import read_plan, write_plan
from solver.plan import Outcome, Plan
from solver.sweep.rows import Result
from solver.sweep.work import FAILED, Base, key_for


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """Results under `results/`, by the first two digits of their keys."""

    folder: Path

    def start(self, base: Base) -> Plan | None:
        """The plan of the base, if it is there and sound."""
        try:
            told, plan = read_plan(self._base(base))
        except (InvalidInput, OSError):
            return None
        return plan if (told.get("digest"), plan.policy) == (base.problem.digest, base.policy) else None

    def keep_start(self, base: Base, outcome: Outcome) -> Plan | None:
        """Write the plan of the base, beside those of other limits."""
        write_plan(outcome, self._base(base))
        return self.start(base)

    def _base(self, base: Base) -> Path:
        return self.folder / "base" / key_for(base, base.problem, base.policy)[:16]

    def found(self, key: str) -> Result | None:
        """The result of a key if it is there and sound; what cannot be read counts as missing."""
        try:
            told = json.loads(self._path(key).read_text(encoding="utf-8"))
            result = Result(**told["result"])
            return result if result.key == key and told["sha256"] == _sum(told["result"]) else None
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    def keep(self, result: Result, scenarios: Sequence[int] = (), *, new: bool = True) -> None:
        """Write a new result, over what is there."""
        if not new or result.status == FAILED:
            return
        data = result.as_dict()
        write_whole(self._path(result.key), json.dumps({"sha256": _sum(data), "result": data}, indent=1) + "\n")

    def _path(self, key: str) -> Path:
        return self.folder / "results" / key[:2] / f"{key}.json"


def write_whole(path: Path, text: str) -> None:
    """A text file, which others see as it was before or as it is after."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=".", delete=False, encoding="utf-8", newline="") as beside:
        try:
            beside.write(text)
            beside.flush()
            os.fsync(beside.fileno())
            os.replace(beside.name, path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise


def _sum(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
