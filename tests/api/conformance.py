"""The API held against its own OpenAPI document by schemathesis: every phase, every check, links between operations.

A long run over every operation, on a database of its own:

    .venv/bin/python -m tests.api.conformance --examples 200 --steps 20 --database postgresql
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from schemathesis import Config, openapi
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from werkzeug.serving import WSGIRequestHandler, make_server

from app import api
from app.actions import work
from app.actions.accounts import add_account
from app.roles import EVERYWHERE, Role
from tests.api.conftest import AtOnce, bearer, fill, site
from tests.api.replays import NOT_FOUND, Removed
from tests.databases import BOTH, SQLITE, Makers

SETTINGS = Path(__file__).resolve().parent / "schemathesis.toml"
PHASES = ("examples", "coverage", "fuzzing", "stateful")


FORMATS = {
    "curve": st.sampled_from(["0:0 1:1", "0:0 0.5:0.8 1:1", "0:0 .25:.5 0.5:0.75 1:1"]),
    "ramp": st.lists(st.sampled_from(["0", "0.25", ".5", "0.999"]), min_size=1, max_size=6).map(" ".join),
    "set": st.lists(st.from_regex("[a-z0-9][a-z0-9._-]*", fullmatch=True), max_size=3).map("+".join),
}
"""Texts of the formats that the document names and no standard knows."""


@dataclass
class Report:
    """What a run found, each failure once with a request that shows it; and what was asked."""

    failures: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    checks: set[str] = field(default_factory=set)
    removed: Removed = field(default_factory=Removed)

    def take(self, phase: str, recorder: ScenarioRecorder) -> None:
        """What one scenario did."""
        self.asked[phase] += len(recorder.interactions)
        for interaction in recorder.interactions.values():
            self.statuses[interaction.response.status_code if interaction.response else 0] += 1
        for node in recorder.cases.values():
            if node.transition is not None:
                self.links[node.transition.id] += 1
        excused = self.removed.excused(recorder)
        for case_id, checks in recorder.checks.items():
            self.checks |= {check.name for check in checks}
            for check in checks:
                if check.failure_info is not None and not (check.name == NOT_FOUND and case_id in excused):
                    self._failed(check, recorder, case_id)

    def _failed(self, check: Any, recorder: ScenarioRecorder, case_id: str) -> None:
        failure, answer = check.failure_info.failure, recorder.interactions[case_id].response
        told = f"{answer.status_code} {answer.text[:600]}" if answer else ""
        what = f"{check.name}: {recorder.cases[case_id].value.operation.label}: {failure.title}"
        self.failures.setdefault(what, f"{failure.message}\n{check.failure_info.code_sample}\n{told}")


def door(folder: Path, url: str = "") -> tuple[Flask, str]:
    """The application on the portfolio `lab`, and the token of an admin."""
    app, db = site(folder, url)
    add_account(db, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    return app, bearer(db, "kim")


class _Silent(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Nothing: thousands of lines."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application behind a real socket; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(
    address: str, token: str, *, examples: int, steps: int, only: str, phases: Sequence[str] = PHASES, of: str = "",
    seed: int | None = None,
) -> Report:  # fmt: skip
    """Hold the API at an address against its document; `of`: ask for that portfolio instead of any; `seed`: of what is
    left to chance, instead of the same requests in every run.
    """
    for name, texts in FORMATS.items():
        openapi.format(name, texts)
    config = Config.from_path(SETTINGS)
    chosen = config.projects.default
    chosen.update(headers={"Authorization": token})
    if of:
        chosen.update(parameters={"path.portfolio": of})
    if seed is not None:
        config.update(seed=seed, max_failures=None)
    chosen.generation.update(max_examples=examples, deterministic=seed is None, database="none")
    chosen.phases.update(phases=list(phases))
    chosen.phases.stateful.max_steps = steps
    schema = openapi.from_url(f"{address}{api.ROOT}/openapi.json", config=config)
    report = Report()
    for event in from_schema(schema.include(operation_id_regex=only)).execute():
        if isinstance(event, events.ScenarioFinished):
            report.take(event.phase.value, event.recorder)
        elif isinstance(event, events.NonFatalError):
            report.errors.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            report.errors.append(repr(event.exception))
    return report


def main() -> int:
    """A long run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=50, help="requests for each operation while fuzzing")
    parser.add_argument("--steps", type=int, default=10, help="requests in a row along links")
    parser.add_argument("--only", default=".", help="regular expression for ids of operations")
    parser.add_argument("--phases", default=",".join(PHASES))
    parser.add_argument("--of", default="", help="ask for this portfolio (there is lab) instead of any")
    parser.add_argument("--seed", type=int, help="of other requests than every run has")
    parser.add_argument("--database", choices=BOTH, default=SQLITE)
    asked = parser.parse_args()
    work.use(work.Worker(AtOnce()))  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        makers = Makers(Path(folder), asked.database)
        app, token = door(Path(folder), makers.copy("lab", fill))
        with served(app) as address:
            report = run(
                address, token, examples=asked.examples, steps=asked.steps, only=asked.only,
                phases=asked.phases.split(","), of=asked.of, seed=asked.seed,
            )  # fmt: skip
        work.shut_down()
        app.extensions["codered"][0].close()
        makers.close()
    for what, how in sorted(report.failures.items()):
        print(f"\n{what}\n{how}")
    print(f"\nasked {dict(report.asked)}; {len(report.links)} links followed {sum(report.links.values())} times")
    print(f"statuses {dict(sorted(report.statuses.items()))}; checks {sorted(report.checks)}")
    print(f"{len(report.failures)} failures; {len(report.errors)} errors", *report.errors, sep="\n")
    return 1 if report.failures or report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
