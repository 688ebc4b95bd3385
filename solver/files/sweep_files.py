"""A folder of sweep results: one file per key, written whole or not at all, and read only if it is what was written."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from solver.sweep.rows import Result


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """Results under `results/`, by the first two digits of their keys."""

    folder: Path

    def found(self, keys: Iterable[str]) -> dict[str, Result]:
        """The results that are there and sound, by key; what cannot be read counts as missing."""
        read = ((key, self._read(key)) for key in keys)
        return {key: result for key, result in read if result is not None}

    def keep(self, result: Result) -> None:
        """Write a result, over what is there."""
        data = result.as_dict()
        write_whole(self._path(result.key), json.dumps({"sha256": _sum(data), "result": data}, indent=1) + "\n")

    def _path(self, key: str) -> Path:
        return self.folder / "results" / key[:2] / f"{key}.json"

    def _read(self, key: str) -> Result | None:
        try:
            told = json.loads(self._path(key).read_text(encoding="utf-8"))
            result = Result(**told["result"])
            return result if result.key == key and told["sha256"] == _sum(told["result"]) else None
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None


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
