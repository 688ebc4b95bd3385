"""Hand out a portfolio or a plan as CSV files, alone or in one zip, and a portfolio as one workbook."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from app.actions.plans import plan_files
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import NotFound
from solver import folder

# A zip of the same files is the same bytes, whenever it is made.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def export_files(db: Database, portfolio: str, scenario: int | None = None) -> dict[str, str]:
    """The files of a portfolio, a scenario's changes applied, by name. Raises NotFound."""
    return folder.files_of(snapshot(db, portfolio, scenario))


def export_zip(db: Database, portfolio: str, scenario: int | None = None) -> bytes:
    """The files of a portfolio in one zip. Raises NotFound."""
    return zipped(export_files(db, portfolio, scenario))


def export_book(db: Database, portfolio: str, scenario: int | None = None) -> bytes:
    """A portfolio as one workbook. Raises NotFound."""
    return folder.book_of(snapshot(db, portfolio, scenario))


def template(kind: str) -> bytes:
    """An empty portfolio to be filled in: `zip` or `xlsx`. Raises NotFound."""
    if kind not in ("zip", "xlsx"):
        raise NotFound("template", kind)
    return folder.template_book() if kind == "xlsx" else zipped(folder.template_files())


def export_plan_files(db: Database, plan_id: int) -> dict[str, str]:
    """The files of a plan, by name. Raises NotFound."""
    return plan_files(db, plan_id)


def export_plan_zip(db: Database, plan_id: int) -> bytes:
    """The files of a plan in one zip. Raises NotFound."""
    return zipped(export_plan_files(db, plan_id))


def zipped(files: Mapping[str, str]) -> bytes:
    """Texts as one zip."""
    return zipped_bytes({name: text.encode() for name, text in files.items()})


def zipped_bytes(files: Mapping[str, bytes]) -> bytes:
    """Files as one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
