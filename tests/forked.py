"""Processes of tests that are forked from one that has loaded everything, so that each is there at once."""

from __future__ import annotations

import multiprocessing

forked = multiprocessing.get_context("forkserver")
forked.set_forkserver_preload([
    "tests.faults.worker", "tests.faults.importer", "tests.soak.editors", "tests.soak.viewers",
])  # fmt: skip
