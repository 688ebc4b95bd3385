"""app/__main__.py loaded by its path, as any Python runs it before a package is installed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PATH = Path(__file__).resolve().parents[2] / "app" / "__main__.py"


def load() -> ModuleType:
    """The module, fresh and under a name of its own."""
    spec = importlib.util.spec_from_file_location("codered_bootstrap", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def fake_python(path: Path, version: str = "3.13.1", exit_code: int = 0) -> Path:
    """An executable that answers like a Python of that version when it is asked who it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = f"echo {version}\n" if version else ""
    path.write_text(f"#!/bin/sh\n{said}exit {exit_code}\n")
    path.chmod(0o755)
    return path
