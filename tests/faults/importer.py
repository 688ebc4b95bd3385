"""Imports the small portfolio with other names: `python -m tests.faults.importer URL NUMBER`."""

from __future__ import annotations

import sys

from app.actions.import_data import import_portfolio
from app.db import Database
from tests.app.lab import FILES, as_bytes


def main(url: str, number: str) -> None:
    """Every project gets a name that ends with the number."""
    db = Database(url)
    header, *lines = FILES["projects.csv"].splitlines()
    at = header.split(",").index("name")
    named = []
    for line in lines:
        cells = line.split(",")
        cells[at] = f"{cells[0]} #{number}"
        named.append(",".join(cells))
    files = {**FILES, "projects.csv": "\n".join([header, *named, ""])}
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    import_portfolio(db, as_bytes(files), "eve")


if __name__ == "__main__":
    main(*sys.argv[1:])
