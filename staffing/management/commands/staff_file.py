"""Staff the rows of a CSV file: agents needed, or what given agents achieve. No database."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from staffing.core.rows import OUTPUT_COLUMNS, missing_columns, staff_rows

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
        self.stderr.write(f"{rows} rows, {refused} with an error.")


def _staff_file(source: Path, target: Path) -> tuple[int, int]:
    with source.open(newline="", encoding="utf-8-sig") as read:
        reader = csv.reader(read)
        names = next(reader, [])
        if missing := missing_columns(names):
            msg = f"{source} has no column {', '.join(missing)}."
            raise CommandError(msg, returncode=EXIT_MISSING_COLUMN)
        added = [name for name in OUTPUT_COLUMNS if name not in names]
        with target.open("w", newline="", encoding="utf-8") as write:
            writer = csv.writer(write, lineterminator="\n")
            writer.writerow([*names, *added])
            rows = refused = 0
            for chunk in _chunks(reader, len(names)):
                columns: dict[str, Sequence[str]] = dict(
                    zip(names, zip(*chunk, strict=True), strict=True)
                )
                results = staff_rows(columns, size=len(chunk))
                refused += sum(map(bool, results["error"]))
                rows += len(chunk)
                columns |= results
                writer.writerows(zip(*(columns[name] for name in [*names, *added]), strict=True))
    return rows, refused


def _chunks(reader: Iterator[list[str]], width: int) -> Iterator[list[list[str]]]:
    """Yield rows made equally wide (short rows end in empty cells); blank lines are no rows."""
    rows = (row[:width] + [""] * (width - len(row)) for row in reader if row)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield chunk
