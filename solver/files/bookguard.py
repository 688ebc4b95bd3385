"""Whether a workbook may be opened: unpacked within bounds, and no cell so far out that its sheet fills memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from solver.files.archive import BROKEN_ZIP, MOST_BYTES, MOST_MEMBERS, refused, too_dense
from solver.files.tabular import MOST_ROWS

CONTENT = "xl/workbook.xml"
MOST_COLUMNS = 256
MOST_CELLS = 16_000_000
"""Most cells of the rectangle that a sheet spans; the reader keeps all of them, blank ones too."""
_CHUNK = 2**20
_OVERLAP = 64
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,8})(\d{1,12})\s*["']""")
_RIGHT = "a workbook (.xlsx) with one sheet per table"


def is_workbook(content: bytes) -> bool:
    """Whether bytes are an .xlsx file, whatever their name says."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return CONTENT in archive.namelist()
    except BROKEN_ZIP:
        return False


def guard(content: bytes, name: str) -> None:
    """Raises InvalidInput unless the workbook can be read within bounds.

    Every member is really unpacked once, a piece at a time: what the directory of a zip says of its sizes may be wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise refused(name, f"has {len(members)} parts", f"at most {MOST_MEMBERS}")
            left = MOST_BYTES
            for member in members:
                if too_dense(member):
                    raise refused(name, "is packed too densely to be a workbook", _RIGHT, member.filename)
                left -= _look_through(archive, member, name, left)
    except BROKEN_ZIP as error:
        raise refused(name, f"is not a readable workbook ({error})", _RIGHT) from error


def _look_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, left: int) -> int:
    """The real size of a member, which may be at most `left`."""
    size, extent = 0, _Extent(name, member.filename)
    is_sheet = member.filename.lower().endswith(".xml") and "worksheets/" in member.filename.lower()
    for piece in _pieces(archive, member):
        size += len(piece)
        if size > left:
            raise refused(name, "is too large", f"at most {MOST_BYTES // 2**20} MB unpacked", member.filename)
        if is_sheet:
            extent.add(piece)
    return size


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while piece := stream.read(_CHUNK):
            yield piece


class _Extent:
    """How far out the cells of a sheet lie, found in its XML."""

    def __init__(self, name: str, member: str) -> None:
        self.name, self.member, self.row, self.column, self.rest = name, member, 1, 1, b""

    def add(self, piece: bytes) -> None:
        if b"\0" in piece:
            raise refused(self.name, "has a sheet that is not UTF-8", _RIGHT, self.member)
        for letters, digits in set(_PLACE.findall(self.rest + piece)):
            self.row = max(self.row, int(digits))
            self.column = max(self.column, _column_number(letters))
        self.rest = piece[-_OVERLAP:]
        if self.row > MOST_ROWS + 1 or self.column > MOST_COLUMNS or self.row * self.column > MOST_CELLS:
            right = f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns; delete empty rows and columns with formats"
            raise refused(self.name, f"uses {self.row:,} rows and {self.column:,} columns", right, self.member)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
