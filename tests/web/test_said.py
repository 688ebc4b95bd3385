"""What the planner and the actions say in English is said in the reader's language, by the pattern it fits."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions.plans import get_plan
from app.actions.risks import recorded
from app.web.language import COOKIE
from app.web.said import _PART, all_said, fits, said, sentence
from app.web.sentences import SENTENCES
from tests.web.conftest import Site

ROOT = Path(__file__).resolve().parent.parent.parent
PLACES = ("solver", "app/actions", "app/store", "app/web")
SAID_IN = {"fault": (3, 4), "Fault": (1, 2), "Notice": (1, 2), "BadCell": (0, 1), "Refused": (0,), "Forbidden": (0,),
           "NotSignedIn": (0,), "TooManyAttempts": (0,)}  # fmt: skip
"""Calls that make a sentence, with the places of their arguments that hold it."""
ELSEWHERE = (
    "people_files.py", "plan_files.py", "freeze.py", "backup.py", "copy_database.py", "prune.py", "sweep.py",
    "answers.py",
)  # fmt: skip
"""Files whose sentences only the command line or the API says; both are in English."""
INSIDE = ("a {} with the header {}", "{} itself", "is paused, but {}", "pauses {}, but {}", "blank",
          "is out for a build that runs, but {}", "is after the first week, but the build runs; {}",
          "there is no plan to store: {}")  # fmt: skip
"""Sentences whose whole wording is listed although this search, which fills in any fact, cannot see it."""
FILLED = ("7", "2025-12-01", "7 nodes", "x", "12 January 2026")


@pytest.fixture
def japanese(demo: Site) -> Iterator[Site]:
    """The example, read by somebody who reads Japanese."""
    with demo.app.test_request_context(headers={"Cookie": f"{COOKIE}=ja"}):
        yield demo


@pytest.mark.parametrize(
    ("english", "japanese_text"),
    [
        ("focus", "最優先"),
        ("priority 3", "優先度3"),
        ("is above 4", "4を上回っています"),
        ("a whole number of at least 0 and at most 4", "整数（0以上4以下）"),
        ("It may not run before 12 January 2026.", "2026/01/12より前には稼働できません。"),
        (
            "All it may use is given out: H200, East (480 nodes: Training 235, Chat 120 and 3 others 125).",
            "使える資源はすべて割り当て済みです：H200, East（480 ノード：Training 235、Chat 120、ほか3件 125）。",
        ),
        (
            "4 nodes of H100, East and 0.5 FTE of Web, London are spare, but the week's cost limit is used up.",
            "余剰はH100, Eastの4 ノード、Web, Londonの0.5 FTEですが、その週のコスト上限に達しています。",
        ),
        (
            "bring the delivery of 96 nodes to B200, East forward by 2 weeks, from 5 January 2026 to 22 December 2025",
            "B200, Eastへの納入96 ノードを2週間前倒しし、2026/01/05から2025/12/22にする",
        ),
        (
            "leave out Code red's limit of 10 % growth of a project's engineers a week",
            "「Code redの上限：プロジェクトのエンジニア増員は週10%まで」を外す",
        ),
        ("would be read back as '3'", "'3'として読み戻されます"),
        ("no projects 'zz'", "プロジェクト「zz」は見つかりません"),
        ("plan 2 was never said by anybody", "plan 2 was never said by anybody"),
    ],
)
def test_a_sentence_is_said_with_its_facts(japanese: Site, english: str, japanese_text: str) -> None:
    assert said(english) == japanese_text


def test_the_steps_of_a_way_out_are_said_one_by_one(japanese: Site) -> None:
    assert all_said("add 1 node to B200, East in the week of 8 December 2025 and no longer pause Ads") == (
        "B200, Eastに2025/12/08の週だけ1 ノードを追加する、Adsの一時停止を外す"
    )
    assert all_said("2 node-weeks and the stance") == "2ノード週、位置づけ"


def test_names_of_the_users_own_stay_as_they_are(japanese: Site) -> None:
    assert said("It waits for Full pace of life (not complete in this plan).") == (
        "Full pace of life（この計画では完了しません）を待っています。"
    )


def test_an_english_reader_reads_what_was_said(demo: Site) -> None:
    with demo.app.test_request_context():
        assert said("priority 3") == "priority 3"
        assert sentence("there is no admin") == "There is no admin."


@pytest.mark.parametrize("number", [1, 2])
def test_every_reason_of_the_examples_plans_is_known(demo: Site, number: int) -> None:
    stored = get_plan(demo.db, number)
    assert stored.outcome.plan is not None
    table = stored.outcome.plan.reasons
    assert [text for text in {*table["reason"], *table["detail"]} if not fits(text)] == []
    assert recorded(demo.db, stored)


def test_every_pattern_can_be_said(japanese: Site) -> None:
    for pattern in SENTENCES:
        for facts in ({}, *(dict.fromkeys(_PART.findall(pattern), fact) for fact in FILLED)):
            text = pattern.replace("%%", "%") if not _PART.search(pattern) else pattern % facts if facts else ""
            assert not text or said(text)


def test_no_two_patterns_are_the_same() -> None:
    assert len(SENTENCES) == len(set(SENTENCES))


def test_every_fault_and_refusal_of_the_source_has_a_pattern() -> None:
    unknown = [
        f"{path.relative_to(ROOT)}: {text}"
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*.py"))
        if path.name not in ELSEWHERE
        for text in _said_in(path)
        if text not in INSIDE and not _known(text)
    ]
    assert unknown == [], "add them to app/web/sentences, then run .venv/bin/python docs/update_catalogues.py"


def _said_in(path: Path) -> Iterator[str]:
    """The sentences that a file makes, with `{}` for every fact."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call):
            places = SAID_IN.get(getattr(call.func, "id", getattr(call.func, "attr", "")), ())
            for place in places:
                if place < len(call.args):
                    yield from _texts(call.args[place])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def _known(text: str) -> bool:
    first, *rest = text.split("{}")
    ways = itertools.islice(itertools.product(FILLED, repeat=len(rest)), 4000)
    return any(fits(first + "".join(fact + part for fact, part in zip(way, rest, strict=True))) for way in ways)
