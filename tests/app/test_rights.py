"""The table of rights: every endpoint of both doors is in it, and nothing that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app import api, create_app
from app.actions.permit import permit
from app.config import Settings
from app.db import Database
from app.errors import Forbidden, NotFound
from app.rights import API, WEB, Of, Right
from app.roles import EVERYWHERE, Account, Role

OBJECTS = {Of.PLAN: "plan_id", Of.JOB: "job_id", Of.SCENARIO: "scenario", Of.UPLOAD: "upload",
           Of.PORTFOLIO: "portfolio"}  # fmt: skip


@pytest.fixture
def doors(tmp_path: Path) -> tuple[Flask, Flask]:
    """The pages and the API."""
    settings = Settings(instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'codered.db'}")
    site = create_app(settings)
    return site, api.whole()


def test_every_endpoint_of_both_doors_is_in_the_table_of_rights(doors: tuple[Flask, Flask]) -> None:
    for door, table in zip(doors, (WEB, API), strict=True):
        assert {rule.endpoint for rule in door.url_map.iter_rules()} ^ set(table) <= _without_cells(table)


def _without_cells(table: dict[str, Right]) -> set[str]:
    """Kinds of records that are all key have nothing to change."""
    return {name for name in table if name.startswith("change_")}


def test_every_address_names_the_object_that_its_right_asks_for(doors: tuple[Flask, Flask]) -> None:
    for door, table in zip(doors, (WEB, API), strict=True):
        for rule in door.url_map.iter_rules():
            if (of := table[rule.endpoint].of) in OBJECTS:
                named = OBJECTS[of] if table is WEB or of is Of.PORTFOLIO else "number"
                assert named in rule.arguments, rule


def test_what_is_written_never_needs_only_a_viewer(doors: tuple[Flask, Flask]) -> None:
    own = {"sign_in.submit", "sign_in.out", "language.choose", "calendar.add"}
    for door, table in zip(doors, (WEB, API), strict=True):
        for rule in door.url_map.iter_rules():
            if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
                role = table[rule.endpoint].role
                mine = rule.endpoint in own or rule.endpoint.startswith("account.")
                assert mine or (role is not None and role >= Role.MANAGER), rule


def test_what_an_account_may_not_see_is_not_there_for_it(lab: Database) -> None:
    right = Right(Role.MANAGER, Of.PORTFOLIO)
    with pytest.raises(NotFound):
        permit(lab, Account("eve", {"other": Role.ADMIN}), right, "lab")
    with pytest.raises(Forbidden, match="needs the role manager in lab"):
        permit(lab, Account("eve", {"lab": Role.VIEWER}), right, "lab")
    permit(lab, Account("eve", {"lab": Role.MANAGER}), right, "lab")


def test_admin_of_one_portfolio_is_not_admin_of_all(lab: Database) -> None:
    right = Right(Role.ADMIN, Of.ALL)
    with pytest.raises(Forbidden):
        permit(lab, Account("eve", {"lab": Role.ADMIN}), right)
    permit(lab, Account("ann", {EVERYWHERE: Role.ADMIN}), right)
