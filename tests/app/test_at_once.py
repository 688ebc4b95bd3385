"""Who writes at the same moment takes turns, on both databases: nothing is lost, doubled or half read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.actions import answers
from app.actions.accounts import add_account, set_role
from app.actions.audit import entries, verify
from app.actions.bulk import write_many
from app.actions.edit import rows
from app.actions.import_data import import_portfolio
from app.actions.portfolios import list_portfolios
from app.actions.sign_in import MOST_OF_NAME, NotSignedIn, TooManyAttempts, prove
from app.db import Database
from app.errors import CoderedError, Conflict, Refused
from app.roles import EVERYWHERE, Role

AT_ONCE = 6


def at_once(db: Database, action: Callable[[Database, int], object]) -> list[object]:
    """What everybody got who did it at the same moment, each with connections of their own; errors as answers."""
    start = Barrier(AT_ONCE)

    def one(number: int) -> object:
        own = Database(db.url.render_as_string(hide_password=False))
        try:
            own.revision()
            start.wait(timeout=20)
            return action(own, number)
        except CoderedError as error:
            return error
        finally:
            own.close()

    with ThreadPoolExecutor(AT_ONCE) as people:
        return list(people.map(one, range(AT_ONCE)))


def test_a_new_portfolio_is_imported_by_everybody_and_is_there_once(db: Database, files: dict[str, bytes]) -> None:
    found = at_once(db, lambda own, n: import_portfolio(own, files, f"user{n}").created)
    assert sorted(found) == [0] * (AT_ONCE - 1) + [max(found)]  # type: ignore[type-var]
    assert [one.portfolio for one in list_portfolios(db)] == ["lab"]
    assert verify(db).good


def test_of_many_who_write_over_one_version_exactly_one_does(lab: Database) -> None:
    pool = {"pool": "h100", "kind": "gpu", "type": "h100"}
    found = at_once(
        lab, lambda own, n: write_many(own, "lab", {"pools": [pool | {"name": f"of {n}"}]}, {}, f"user{n}", 1).version
    )
    assert sorted(map(str, found)).count("2") == 1
    assert sum(isinstance(one, Conflict) for one in found) == AT_ONCE - 1
    assert max(row.version for row in rows(lab, "lab", "pools")) == 2


def test_edits_without_a_version_all_happen_one_after_the_other(lab: Database) -> None:
    signal = {"signal": "visits", "value": "1"}
    found = at_once(
        lab,
        lambda own, n: write_many(own, "lab", {"signals": [signal | {"date": f"2025-10-0{n + 1}"}]}, {}, "ann").version,
    )
    assert sorted(found) == list(range(2, AT_ONCE + 2))  # type: ignore[type-var]
    assert len(rows(lab, "lab", "signals")) == 14 + AT_ONCE
    assert (verify(lab).good, len(entries(lab, "lab"))) == (True, AT_ONCE + 1)


def test_one_request_with_a_key_is_begun_once(db: Database) -> None:
    found = at_once(db, lambda own, _: answers.begin(own, "ann key", "digest"))
    assert found.count(None) == 1
    assert sum(isinstance(one, Refused) for one in found) == AT_ONCE - 1


def test_an_account_is_added_once(db: Database) -> None:
    found = at_once(db, lambda own, n: add_account(own, "kim", None, {EVERYWHERE: Role.ADMIN}, f"user{n}"))
    assert found.count(None) == 1
    assert sum(isinstance(one, Refused) for one in found) == AT_ONCE - 1


def test_admins_who_resign_at_the_same_moment_leave_one(db: Database) -> None:
    for n in range(AT_ONCE):
        add_account(db, f"admin{n}", "a long enough sentence", {EVERYWHERE: Role.ADMIN}, "ann")
    found = at_once(db, lambda own, n: set_role(own, f"admin{n}", EVERYWHERE, None, f"admin{n}"))
    assert sum(isinstance(one, Refused) for one in found) == 1


def test_guesses_at_the_same_moment_are_counted_one_by_one(db: Database) -> None:
    for n in range(MOST_OF_NAME - 2):
        with pytest.raises(NotSignedIn):
            prove(db, "kim", f"guess {n}", "192.0.2.1")
    found = at_once(db, lambda own, n: prove(own, "kim", f"another guess {n}", "192.0.2.1"))
    assert sum(isinstance(one, NotSignedIn) for one in found) == 2
    assert sum(isinstance(one, TooManyAttempts) for one in found) == AT_ONCE - 2
