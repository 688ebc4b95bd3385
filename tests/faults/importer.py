"""What a process does that imports the small portfolio with other names and figures."""

from __future__ import annotations

import resource
import sys
from multiprocessing.connection import Connection

from app.actions.import_data import import_portfolio
from app.db import Database
from app.errors import Unavailable
from tests.app.lab import as_bytes
from tests.faults.stamped import stamped

DONE, REFUSED = 0, 3


def main(says: Connection, url: str, number: int, most: int) -> None:
    """Every project gets a name that ends with the number; then say `done`, or why not.

    No file of this process may grow beyond `most` bytes, as on a disk that is full; 0: any may.
    """
    db = Database(url)
    db.revision()
    files = as_bytes(stamped(number))
    says.send("ready")
    if most:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        import_portfolio(db, files, "eve")
    except Unavailable as refused:
        says.send(str(refused))
        sys.exit(REFUSED)
    says.send("done")
