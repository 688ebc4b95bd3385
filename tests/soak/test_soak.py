"""A few seconds of many users; `python -m tests.soak` is the long run, which also judges how long answers take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.db import Database
from app.store import records
from tests.databases import BOTH, Makers
from tests.soak import stage
from tests.soak.editors import Accepted, Edits, Target
from tests.soak.run import Wanted, soak
from tests.soak.verdict import faults

SHORT = Wanted(
    size=(20, 8, 12), editors=8, viewers=6, seconds=4.0, edit_pause=0.05, view_pause=0.5, hot=2, together=True, limit=0
)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, stage.Stage]:
    """A folder with a filled database, and what is in it."""
    folder = tmp_path_factory.mktemp("soak")
    return folder, stage.prepare(folder, SHORT.size)


@pytest.mark.parametrize("kind", BOTH)
def test_editors_and_viewers_at_once_lose_nothing_and_break_nothing(
    staged: tuple[Path, stage.Stage], makers: Makers, tmp_path: Path, kind: str
) -> None:
    with makers.migrated(kind) as url:
        stage.copied(staged[0], url)
        told = soak(url, tmp_path, staged[1], SHORT)
    assert told["faults"] == []
    assert told["accepted"] >= SHORT.editors
    assert told["second"] > 0, "nobody edited what somebody else edited"
    assert set(told["statuses"]) <= {200, 412}


def test_a_lost_update_would_be_found(staged: tuple[Path, stage.Stage]) -> None:
    db = Database(f"sqlite:///{staged[0] / stage.FILE}")
    first = Target(stage.EXAMPLE, "projects", "chat-serving", "value")
    edits = Edits(accepted=[Accepted(first, 1, 2, 5.0), Accepted(first, 1, 3, 6.0)])
    found = faults(db, [edits], {stage.EXAMPLE: stage_revision(db)})
    assert any("was written over 1, not 2" in fault for fault in found)
    assert any("in the audit trail []" in fault for fault in found)
    assert any("2 accepted, revision + 0, 0 lines" in fault for fault in found)
    assert faults(db, [replace(edits, accepted=[])], {stage.EXAMPLE: stage_revision(db)}) == []
    db.close()


def stage_revision(db: Database) -> int:
    """How often the example was written."""
    with db.reading() as session:
        return records.revision(session, stage.EXAMPLE)
