"""Uploaded files: kept under their hash, checked before they are opened, read row by row."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from forecasting.core.imports.rows import Row
from forecasting.core.imports.sniff import UnreadableText, sniff_delimiter, sniff_encoding

LARGEST_FILE_BYTES = 200 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 400 * 1024 * 1024
LARGEST_PACKING_RATIO = 200
MOST_ZIP_ENTRIES = 2_000
SAMPLE_BYTES = 256 * 1024
LARGEST_CELL = 100_000
ZIP_MARK = b"PK\x03\x04"
OLD_EXCEL_MARK = b"\xd0\xcf\x11\xe0"


class UnableToImport(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The file is refused; the sentence says why."""


@dataclass(frozen=True)
class FileShape:
    """How the file is to be opened."""

    is_workbook: bool
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    @property
    def words(self) -> str:
        """For the preview page."""
        if self.is_workbook:
            return _("Excel workbook, sheet %(sheet)s") % {"sheet": self.sheet}
        names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
        return _("text, %(encoding)s, split by %(delimiter)s") % {
            "encoding": self.encoding.upper(),
            "delimiter": names[self.delimiter],
        }


def store_upload(upload: UploadedFile[Any]) -> tuple[str, str]:
    """Keep the bytes under their SHA-256; returns the hash and the path below MEDIA_ROOT."""
    if (upload.size or 0) > LARGEST_FILE_BYTES:
        raise UnableToImport(
            _("%(name)s has %(size)s MB; files up to %(most)s MB are taken. Split it by month.")
            % {
                "name": upload.name,
                "size": round((upload.size or 0) / 1024**2),
                "most": LARGEST_FILE_BYTES // 1024**2,
            }
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    sha = digest.hexdigest()
    relative = f"imports/{sha[:2]}/{sha}"
    path = stored_file(relative)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        part.replace(path)
    return sha, relative


def stored_file(relative: str) -> Path:
    """Path of a kept file."""
    return Path(settings.MEDIA_ROOT) / relative


def inspect_shape(path: Path) -> FileShape:
    """Check the file and find out how to open it; raises UnableToImport with a sentence."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if not sample.strip():
        raise UnableToImport(_("The file is empty."))
    if sample.startswith(OLD_EXCEL_MARK):
        raise UnableToImport(_("This is an old Excel file (.xls); save it as .xlsx or CSV."))
    if sample.startswith(ZIP_MARK):
        _check_zip(path)
        return FileShape(is_workbook=True, sheet=_first_sheet(path))
    try:
        encoding = sniff_encoding(sample)
        text = sample.decode(encoding, errors="ignore")
    except UnreadableText as error:
        raise UnableToImport(str(error)) from error
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    return FileShape(is_workbook=False, encoding=encoding, delimiter=sniff_delimiter(lines))


def _check_zip(path: Path) -> None:
    """Refuse archives that unpack to far more than they are: by declared sizes, before opening."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnableToImport(_("The workbook is damaged; save it again.")) from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    is_bomb = unpacked > LARGEST_UNPACKED_BYTES or unpacked > LARGEST_PACKING_RATIO * packed
    if is_bomb or len(entries) > MOST_ZIP_ENTRIES:
        raise UnableToImport(
            _("The workbook unpacks to %(size)s MB; that is refused. Save it as CSV.")
            % {"size": round(unpacked / 1024**2)}
        )
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise UnableToImport(_("This archive is no Excel workbook; bring .xlsx or CSV."))


def _first_sheet(path: Path) -> str:
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            if not workbook.sheet_names:
                raise UnableToImport(_("The workbook has no sheet."))
            return str(workbook.sheet_names[0])
    except CalamineError as error:
        raise UnableToImport(_("The workbook is damaged; save it again.")) from error


def read_rows(path: Path, shape: FileShape, *, limit: int | None = None) -> Iterator[Row]:
    """Rows with their line numbers (1 = first line); at most `limit` of them."""
    rows = _workbook_rows(path, shape) if shape.is_workbook else _text_rows(path, shape)
    for count, row in enumerate(rows, start=1):
        yield row
        if limit is not None and count >= limit:
            return


def _workbook_rows(path: Path, shape: FileShape) -> Iterator[Row]:
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheet = workbook.get_sheet_by_name(shape.sheet)
            first = 1 + (sheet.start[0] if sheet.start else 0)
            for offset, cells in enumerate(sheet.iter_rows()):
                yield first + offset, cells
    except CalamineError as error:
        raise UnableToImport(_("The workbook is damaged; save it again.")) from error


def _text_rows(path: Path, shape: FileShape) -> Iterator[Row]:
    csv.field_size_limit(LARGEST_CELL)
    with path.open("r", encoding=shape.encoding, errors="strict", newline="") as file:
        reader = csv.reader(_counted(file), delimiter=shape.delimiter)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except (UnicodeDecodeError, csv.Error) as error:
            raise UnableToImport(
                _("Line %(line)s cannot be read: %(error)s")
                % {"line": reader.line_num + 1, "error": error}
            ) from error


def _counted(file: IO[str]) -> Iterator[str]:
    """Lines without zero bytes, which csv would refuse without a line number."""
    for line in file:
        yield line.replace("\0", "")


def sample_texts(cells: Any) -> list[str]:
    """Cells as text, for headers and guesses."""
    return ["" if cell is None else str(cell) for cell in cells]


def sample_file() -> bytes:
    """A small file that imports as it stands, offered on the empty page."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["queue", "date", "time", "offered", "answered", "abandoned", "aht"])
    for minute in range(480, 600, 15):
        clock = f"{minute // 60:02d}:{minute % 60:02d}"
        writer.writerow(["support", "2026-01-05", clock, 20 + minute % 7, 18, 2, "00:04:10"])
    return out.getvalue().encode()
