"""Named files as bytes from a folder, a zip or memory, and into a folder without leaving it half written."""

from __future__ import annotations

import io
import lzma
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath
from uuid import uuid4

from solver.faults import Fault, InvalidInput

MOST_BYTES = 256 * 2**20
"""Most bytes read from one folder or zip, unpacked."""
MOST_MEMBERS = 10_000
MOST_RATIO = 250
"""How many times smaller than its content a packed file may be, once that content is of some size."""
RATIO_COUNTS_FROM = 16 * 2**20
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)

Files = dict[str, bytes]
Wanted = Callable[[str], bool]
"""Whether a file name (without folders, in lower case) is to be read."""


def files_in(source: str | Path | bytes | Mapping[str, bytes], wanted: Wanted) -> Files:
    """The wanted files of a folder, a zip (a path or its bytes) or a mapping. Raises InvalidInput."""
    if isinstance(source, bytes):
        return _from_zip(io.BytesIO(source), "upload.zip", wanted)
    if isinstance(source, Mapping):
        return _gather("upload", {name: _keep(content) for name, content in source.items()}, wanted)
    path = Path(source)
    if path.is_dir():
        return _from_folder(path, wanted)
    if path.is_file():
        with path.open("rb") as stream:
            return _from_zip(stream, path.name, wanted)
    raise refused(path.name or str(path), "is not there", "a folder of CSV files, or a zip of one", str(path))


def refused(name: str, message: str, right: str, value: str | None = None) -> InvalidInput:
    """The refusal of a whole file or folder."""
    return InvalidInput([Fault(name if "." in name else f"{name}/", message, right, value=value)])


def too_dense(member: zipfile.ZipInfo) -> bool:
    """Whether a packed file unpacks to far more than tables do."""
    return member.file_size > max(RATIO_COUNTS_FROM, MOST_RATIO * member.compress_size)


def _keep(content: bytes) -> Callable[[int], bytes]:
    return lambda most: content[:most]


def _from_folder(path: Path, wanted: Wanted) -> Files:
    def reader(file: Path) -> Callable[[int], bytes]:
        def read(most: int) -> bytes:
            with file.open("rb") as stream:
                return stream.read(most)

        return read

    return _gather(path.name, {f.name: reader(f) for f in sorted(path.iterdir()) if f.is_file()}, wanted)


def _from_zip(stream: io.BufferedIOBase | io.BytesIO, name: str, wanted: Wanted) -> Files:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if len(members) > MOST_MEMBERS:
                raise refused(name, f"has {len(members)} files", f"at most {MOST_MEMBERS} files")
            return _gather(name, _members(archive, members, name, wanted), wanted)
    except BROKEN_ZIP as error:
        raise refused(name, f"is not a readable zip ({error})", "a zip of a folder of CSV files") from error


def _members(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, wanted: Wanted
) -> dict[str, Callable[[int], bytes]]:
    """The members of the one folder in the zip that holds wanted files, nearest to the top."""
    folders: dict[PurePosixPath, dict[str, Callable[[int], bytes]]] = {}

    def reader(member: zipfile.ZipInfo) -> Callable[[int], bytes]:
        def read(most: int) -> bytes:
            with archive.open(member) as stream:
                return stream.read(most)

        return read

    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if "__MACOSX" not in path.parts:
            if wanted(path.name.lower()) and too_dense(member):
                raise refused(name, "is packed too densely to be tables", "a zip of CSV files", str(path))
            files = folders.setdefault(path.parent, {})
            if path.name in files and wanted(path.name.lower()):
                raise refused(name, "holds the same file twice", "each file once", str(path))
            files[path.name] = reader(member)
    holding = [folder for folder, files in folders.items() if any(wanted(f.lower()) for f in files)]
    top = min((len(folder.parts) for folder in holding), default=0)
    nearest = [folder for folder in holding if len(folder.parts) == top]
    if len(nearest) > 1:
        raise refused(name, "holds several folders", "one folder of CSV files", ", ".join(map(str, nearest)))
    return folders[nearest[0]] if nearest else {}


def _gather(name: str, readers: Mapping[str, Callable[[int], bytes]], wanted: Wanted) -> Files:
    """The contents by name in lower case, within the limit of bytes."""
    files: Files = {}
    left = MOST_BYTES
    for file, read in readers.items():
        lowered = file.lower()
        if not wanted(lowered):
            continue
        if lowered in files:
            raise refused(name, "holds the same file twice", "each file once", file)
        files[lowered] = read(left + 1)
        left -= len(files[lowered])
        if left < 0:
            raise refused(name, "is too large", f"at most {MOST_BYTES // 2**20} MB unpacked", file)
    return files


def write_files(path: str | Path, files: Mapping[str, str], *, seal: str, stale: Collection[str] = ()) -> None:
    """Write text files into a folder, all or none.

    They are written completely beside the folder first; a new folder then appears at once, in an existing one each
    file is exchanged as a whole, `seal` last. `stale` names files of an earlier writing that are no longer true.
    """
    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / f".{path.name}-{uuid4().hex}"
    beside.mkdir()
    try:
        for name, text in files.items():
            (beside / name).write_bytes(text.encode())
        if path.exists():
            _exchange(beside, path, [*sorted(files.keys() - {seal}), seal], stale)
        else:
            beside.rename(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _exchange(beside: Path, path: Path, names: list[str], stale: Collection[str]) -> None:
    for name in stale:
        (path / name).unlink(missing_ok=True)
    for name in names:
        os.replace(beside / name, path / name)
