"""Profiles, budgets and the discount survive their files and the database."""

from __future__ import annotations

import pytest

from app.actions.export_data import export_files
from app.actions.import_data import import_portfolio
from app.actions.snapshot import snapshot
from app.db import Database
from solver.folder import files_of, read_files
from tests.app.lab import as_bytes
from tests.solver.starts import at_random


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_candidates_are_read_back_the_same_from_files(seed: int) -> None:
    problem = at_random(seed)
    assert problem.profiles
    assert read_files(as_bytes(files_of(problem))).problem.digest == problem.digest


def test_candidates_are_read_back_the_same_from_the_database(db: Database) -> None:
    problem = at_random(1)
    import_portfolio(db, as_bytes(files_of(problem)), "ann")
    assert snapshot(db, problem.head.portfolio) == problem
    assert read_files(as_bytes(export_files(db, problem.head.portfolio))).problem.digest == problem.digest


def test_a_portfolio_without_the_new_columns_is_what_it_was() -> None:
    files = files_of(at_random(1))
    bare = {**files, "pools.csv": "pool,kind,type\ncash,money,budget\ntotal,money,budget\n"}
    read = read_files(as_bytes(bare))
    assert {pool.period for pool in read.problem.pools} == {"week"}
    plain = {**files, "portfolio.csv": "portfolio,start,weeks\ntiny,2025-12-01,5\n"}
    assert read_files(as_bytes(plain)).problem.head.discount == 0.0
