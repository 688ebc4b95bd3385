"""Whatever the bytes are, reading gives a problem or faults, and nothing else."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.columns import Column
from solver.files.csvtext import write_rows
from solver.folder import files_of, read_files
from solver.records import TABLES, columns
from tests.solver.written import FILES, attempt

mutations = st.lists(
    st.tuples(st.sampled_from(sorted(FILES)), st.integers(0, 400), st.binary(max_size=4), st.integers(0, 4)),
    min_size=1, max_size=4,
)  # fmt: skip


@given(mutations)
@settings(max_examples=300, deadline=None)
def test_bytes_changed_anywhere_give_a_problem_or_faults_and_nothing_else(
    changes: list[tuple[str, int, bytes, int]],
) -> None:
    files: dict[str, str | bytes | None] = {}
    for table, place, new, length in changes:
        content = FILES[table].encode()
        at = place % (len(content) + 1)
        files[table] = content[:at] + new + content[at + length :]
    read, faults = attempt(files)
    assert (read is None) == bool(faults)
    assert all(f.message and (f.line is None or f.line >= 1) and f.as_dict()["text"] for f in faults)
    if read:
        again = {name: text.encode() for name, text in files_of(read.problem).items()}
        assert read_files(again).problem == read.problem


cells = st.sampled_from(
    (
        "", "chat", "speed", "gpu", "h100", "ml", "h200", "run", "build", "0", "1", "2", "0.1", "4", "-1", "1e3", "nan",
        "in", "out", "done", "2025-12-01", "2025-12-24", "9999-12-31", "0001-01-01", "red", "protect", "pause",
        "requires", "excludes", "0:0 1:1", "0:0 0.5:9 1:1", "'", '"', "a,b", "\ud7ff", "99999999999999999999", "\u0661",
    )
)  # fmt: skip


def _rows_of(table: str) -> list[list[str]]:
    """The rows of the portfolio written by hand, with a cell for every column of the table; it has no services."""
    if table not in FILES:
        return []
    header, *rows = (line.split(",") for line in FILES[table].splitlines())
    return [[row[header.index(c.name)] if c.name in header else "" for c in columns(table)] for row in rows]


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cells_in_any_row_give_a_problem_or_faults_and_nothing_else(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(TABLES)))
    cols: tuple[Column, ...] = columns(table)
    rows = data.draw(st.lists(st.lists(cells, min_size=len(cols), max_size=len(cols)), min_size=1, max_size=3))
    rows += [] if table == "portfolio" else _rows_of(table)
    read, faults = attempt({table: write_rows([c.name for c in cols], rows)})
    assert (read is None) == bool(faults)
    assert all(f.file and str(f) for f in faults)
    if read:
        assert len(read.problem.weeks) == read.problem.head.weeks
