"""What tests of every room share: databases, compiled templates, and passwords that are hashed at no cost."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from app import secrecy
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What only chance reaches is not counted as covered: it may not be reached the next time."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: no search for garbage goes through it any more."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every test has an application of its own; what it compiles of the templates, the others take over."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": compiled})
        yield


@pytest.fixture(scope="session", autouse=True)
def hasher() -> Iterator[PasswordHasher]:
    """How passwords are hashed in truth. In tests it is the same way at the least cost: that takes nothing to try."""
    true = secrecy.HASHER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrecy, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield true


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
