"""Staff the rows of a CSV file: agents needed, or what given agents achieve. No database."""

import csv
import os
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from staffing.core.rows import OUTPUT_COLUMNS, doubled_columns, missing_columns, staff_rows

ROWS_AT_ONCE = 20_000
EXIT_MISSING_COLUMN = 2


class Command(BaseCommand):
    """Read INPUT.csv in chunks, write OUT.csv with the same rows in the same order."""

    help = "Compute required agents and service for each row of a CSV file (Erlang B, C, A)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the two files."""
        parser.add_argument("input", type=Path, help="CSV with the columns of docs/staffing.md.")
        parser.add_argument("--out", type=Path, required=True, help="CSV to write.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Staff the file and tell on standard error how many rows were refused."""
        source, target = options["input"], options["out"]
        try:
            rows, refused = _staff_file(source, target)
        except OSError as error:
            msg = f"Unable to read {source} or write {target}: {error.strerror}."
            raise CommandError(msg) from error
        except UnicodeDecodeError as error:
            msg = f"Expected UTF-8 in {source}, got the byte {error.object[error.start]:#x}."
            raise CommandError(msg) from error
        except csv.Error as error:
            msg = f"Unable to read {source} as CSV: {error}. Is a quote not closed?"
            raise CommandError(msg) from error
        self.stderr.write(f"{rows} rows, {refused} with an error.")


def _staff_file(source: Path, target: Path) -> tuple[int, int]:
    """Write beside the target first: it may be the source, and half a file is never left there."""
    with source.open(newline="", encoding="utf-8-sig") as read:
        reader = csv.reader(read)
        names = next((row for row in reader if row), [])
        _check_columns(source, names)
        if target.exists() and not target.is_file():  # /dev/stdout
            with target.open("w", newline="", encoding="utf-8") as write:
                return _staff_rows(reader, names, write)
        with NamedTemporaryFile(
            "w", newline="", encoding="utf-8", dir=target.parent, prefix=target.name, delete=False
        ) as beside:
            try:
                counts = _staff_rows(reader, names, beside)
            except BaseException:
                Path(beside.name).unlink()
                raise
    _take_the_place(Path(beside.name), target)
    return counts


def _take_the_place(written: Path, target: Path) -> None:
    """Give the new file the rights that a file written in place would have."""
    mask = os.umask(0)
    os.umask(mask)
    written.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
    written.replace(target)


def _check_columns(source: Path, names: Sequence[str]) -> None:
    if missing := missing_columns(names):
        msg = f"{source} has no column {', '.join(missing)}."
        raise CommandError(msg, returncode=EXIT_MISSING_COLUMN)
    if doubled := doubled_columns(names):
        msg = f"{source} has the column {', '.join(doubled)} twice; keep the one that holds."
        raise CommandError(msg)


def _staff_rows(reader: Iterator[list[str]], names: list[str], write: IO[str]) -> tuple[int, int]:
    added = [name for name in OUTPUT_COLUMNS if name not in names]
    writer = csv.writer(_Lines(write))
    writer.writerow([*names, *added])
    rows = refused = 0
    for chunk in _chunks(reader):
        cells = list(zip(*(_as_wide(row, len(names)) for row in chunk), strict=True))
        results = staff_rows(
            dict(zip(names, cells, strict=True)),
            size=len(chunk),
            refused=_too_wide(chunk, len(names)),
        )
        rows += len(chunk)
        refused += sum(map(bool, results["error"]))
        # By place, because other columns may share a name.
        kept = [results.get(name, column) for name, column in zip(names, cells, strict=True)]
        writer.writerows(zip(*kept, *(results[name] for name in added), strict=True))
    return rows, refused


class _Lines:
    """Ends lines by a line feed; a writer that is told so leaves a carriage return unquoted."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, line: str) -> int:
        return self._file.write(line[:-2] + "\n")


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Yield some rows at a time; blank lines are no rows."""
    rows = (row for row in reader if row)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield chunk


def _as_wide(row: list[str], width: int) -> list[str]:
    """Short rows end in empty cells."""
    return row if len(row) == width else row[:width] + [""] * (width - len(row))


def _too_wide(chunk: Sequence[Sequence[str]], width: int) -> dict[int, str]:
    return {
        place: f"Expected {width} cells as in the first line, got {len(row)}."
        for place, row in enumerate(chunk)
        if len(row) > width
    }
