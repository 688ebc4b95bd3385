"""Who does a job: a process by name, and whether it is still there."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def owner_of(pid: int) -> str:
    """A process by host, number and start, so that a number used again is not mistaken for it."""
    return f"{socket.gethostname()}:{pid}:{_started(pid)}"


def gone(owner: str) -> bool:
    """Whether we know that a process is no more; of another host we never do, and its lease has to run out."""
    host, pid, _ = owner.rsplit(":", 2)
    return host == socket.gethostname() and owner_of(int(pid)) != owner


def _started(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return _alive(pid)


def _alive(pid: int) -> str:
    """Where the system tells no start times: whether the process is there at all."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except PermissionError:
        return "alive"
    return "alive"
