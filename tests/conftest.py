"""What tests of every room share: databases."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.databases import BOTH, SQLITE, Makers

OPTION = "--database"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database postgresql`: what pages, API and commands are tried on."""
    chosen = os.environ.get("CODERED_TEST_DATABASE", SQLITE)
    parser.addoption(OPTION, choices=BOTH, default=chosen, help="the database of tests that need any [sqlite]")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that is marked `on_both` and uses a database is two."""
    if metafunc.definition.get_closest_marker("on_both") and "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", BOTH, indirect=True)


@pytest.fixture(scope="session")
def makers(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Makers]:
    """Makes databases; one PostgreSQL server for all processes of a run."""
    made = Makers(tmp_path_factory.mktemp("databases"), request.config.getoption(OPTION))
    yield made
    made.close()


@pytest.fixture
def database_kind(makers: Makers, request: pytest.FixtureRequest) -> Iterator[str]:
    """Which database this test uses; what it makes of them is gone afterwards."""
    with makers.for_a_while():
        yield getattr(request, "param", makers.kind)


@pytest.fixture
def fresh(makers: Makers, database_kind: str) -> Callable[[], str]:
    """Makes databases with the newest schema and no row; their URLs."""
    return lambda: makers.new(database_kind)


@pytest.fixture
def url(fresh: Callable[[], str]) -> str:
    """The URL of a database with the newest schema and no row."""
    return fresh()
