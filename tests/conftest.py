"""What tests of every room share: databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Makers


@pytest.fixture(scope="session")
def makers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Makers]:
    """Makes databases; one PostgreSQL server for all processes of a run."""
    made = Makers(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()
