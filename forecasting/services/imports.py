"""Imports: upload, mapping, preview. The reading itself is a job (computations.import_history)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from forecasting.core.imports.fields import FIELDS, Reading, guess_columns, missing_columns
from forecasting.core.imports.rows import Findings, Mapping, Record, read_records
from forecasting.core.imports.sniff import find_header, sniff_date_order, sniff_decimal
from forecasting.models import ImportBatch, ImportKind, ImportStatus
from forecasting.services.import_files import (
    FileShape,
    UnableToImport,
    inspect_shape,
    read_rows,
    sample_texts,
    store_upload,
    stored_file,
)
from wfm.integration.models import SavedImportMapping
from wfm.org.models import Queue, User

SAMPLE_ROWS = 400
PREVIEW_ROWS = 12


@dataclass(frozen=True)
class Preview:
    """The beginning of a file as understood with a mapping."""

    shape: FileShape
    headers: list[str]
    records: list[Record]
    findings: Findings
    problems: list[str]
    """What the mapping still lacks."""


@transaction.atomic
def create_import(
    *, upload: UploadedFile[Any], kind: str, queue: Queue | None, created_by: User | None
) -> ImportBatch:
    """Keep an uploaded file and guess how to read it; nothing is imported yet."""
    if kind not in ImportKind.values:
        raise UnableToImport(_("Unknown kind of import %(kind)s.") % {"kind": kind})
    sha, stored_path = store_upload(upload)
    shape = inspect_shape(stored_file(stored_path))
    mapping = _guess(stored_path, shape, kind)
    return ImportBatch.objects.create(
        kind=kind,
        file_name=str(upload.name)[:255],
        file_sha256=sha,
        stored_path=stored_path,
        mapping=mapping,
        queue=queue,
        created_by=created_by,
    )


def _guess(stored_path: str, shape: FileShape, kind: str) -> dict[str, Any]:
    """The saved mapping of a file with the same header, else a guess from header and values."""
    rows = [
        sample_texts(cells)
        for _line, cells in read_rows(stored_file(stored_path), shape, limit=SAMPLE_ROWS)
    ]
    header_row = find_header(rows)
    headers = rows[header_row]
    file = {"is_workbook": shape.is_workbook, "encoding": shape.encoding,
            "delimiter": shape.delimiter, "sheet": shape.sheet}  # fmt: skip
    base = {"file": file, "header_row": header_row, "headers": headers}
    saved = _saved_for(headers, kind)
    if saved is not None:
        return (
            base
            | {"source": saved.name}
            | {
                key: saved.mapping[key]
                for key in ("columns", "date_order", "decimal", "split_coarse", "threshold_seconds")
            }
        )
    columns = guess_columns(headers, kind)
    body = rows[header_row + 1 :]
    order = sniff_date_order(_values(body, columns, kind, (Reading.MOMENT, Reading.DATE)))
    decimal = sniff_decimal(_values(body, columns, kind, (Reading.COUNT, Reading.SECONDS)))
    if shape.is_workbook or kind == ImportKind.CONTACTS:  # a contact has no number to read
        decimal = decimal or "."
    return base | {
        "columns": columns,
        "date_order": order.order,
        "decimal": decimal,
        "split_coarse": False,
        "threshold_seconds": None,
        "source": "",
    }


def _values(
    body: Sequence[Sequence[str]], columns: dict[str, int], kind: str, readings: tuple[Reading, ...]
) -> list[str]:
    """Cells of the columns that are read so; all cells where the header named none."""
    fields = [item.key for item in FIELDS[kind] if item.reading in readings]
    chosen = [columns[key] for key in fields if key in columns]
    return [
        cell for row in body for column, cell in enumerate(row) if column in chosen or not chosen
    ]


def _saved_for(headers: list[str], kind: str) -> SavedImportMapping | None:
    saved = SavedImportMapping.objects.filter(target=kind, mapping__headers=headers)
    return saved.order_by("-updated_at").first()


@dataclass(frozen=True)
class MappingChoice:
    """How a person decided to read a file."""

    columns: dict[str, int]
    date_order: str | None
    decimal: str | None
    split_coarse: bool = False
    threshold_seconds: int | None = None
    save_as: str = ""
    """Name of the source; given, the mapping is kept for its next file."""


@transaction.atomic
def set_mapping(
    *, batch: ImportBatch, choice: MappingChoice, queue: Queue | None, chosen_by: User | None
) -> ImportBatch:
    """Decide how to read the file; a name keeps the mapping for the next file of that source."""
    if batch.status in (ImportStatus.DONE, ImportStatus.UNCHANGED):
        raise UnableToImport(_("%(file)s is already imported.") % {"file": batch.file_name})
    width = len(batch.mapping["headers"])
    if any(not 0 <= column < width for column in choice.columns.values()):
        raise UnableToImport(_("The file has %(width)s columns.") % {"width": width})
    name = choice.save_as.strip()[:120]
    decided = {key: value for key, value in asdict(choice).items() if key != "save_as"}
    batch.queue = queue
    batch.mapping = batch.mapping | decided | {"source": name}
    batch.status = ImportStatus.UPLOADED
    batch.save(update_fields=["queue", "mapping", "status"])
    if name:
        kept = {key: value for key, value in batch.mapping.items() if key not in ("file", "source")}
        SavedImportMapping.objects.update_or_create(
            target=batch.kind, name=name, defaults={"mapping": kept, "created_by": chosen_by}
        )
    return batch


def mapping_of(batch: ImportBatch) -> Mapping:
    """The batch's mapping for the reader; what was not answered reads as the first choice."""
    kept = batch.mapping
    return Mapping(
        kind=batch.kind,
        columns=kept["columns"],
        header_row=kept["header_row"],
        date_order=kept["date_order"] or "ymd",
        decimal=kept["decimal"] or ".",
        split_coarse=bool(kept["split_coarse"]),
    )


def shape_of(batch: ImportBatch) -> FileShape:
    """How the batch's file is opened."""
    return FileShape(**batch.mapping["file"])


def mapping_problems(batch: ImportBatch) -> list[str]:
    """Sentences about what the mapping still lacks; empty = ready to be read."""
    kept = batch.mapping
    problems = missing_columns(kept["columns"], batch.kind, has_queue=batch.queue is not None)
    if kept["date_order"] is None:
        problems.append(
            _("Every date can be read both ways: say whether day or month comes first.")
        )
    if kept["decimal"] is None:
        problems.append(_("Say whether the comma in numbers marks thousands or decimals."))
    return problems


def kept_file(batch: ImportBatch) -> Path:
    """The uploaded file of a batch; raises UnableToImport once it is discarded."""
    path = stored_file(batch.stored_path)
    if not path.exists():
        raise UnableToImport(
            _("The uploaded file is no longer kept; upload %(file)s again.")
            % {"file": batch.file_name}
        )
    return path


def preview(batch: ImportBatch) -> Preview:
    """The first rows as understood."""
    shape = shape_of(batch)
    mapping = mapping_of(batch)
    findings = Findings()
    rows = read_rows(kept_file(batch), shape, limit=SAMPLE_ROWS)
    body = (row for index, row in enumerate(rows) if index > mapping.header_row)
    records = []
    for record in read_records(body, mapping, findings):
        records.append(record)
        if len(records) >= PREVIEW_ROWS:
            break
    return Preview(
        shape=shape,
        headers=batch.mapping["headers"],
        records=records,
        findings=findings,
        problems=mapping_problems(batch),
    )


def discard_file(batch: ImportBatch) -> None:
    """Delete the uploaded file of a batch: it holds what the tables must not keep."""
    stored_file(batch.stored_path).unlink(missing_ok=True)


def discard_before(moment: datetime) -> int:
    """Delete the files of contacts uploaded before then; returns how many.

    They name customers, so that those that were never recorded must not stay either.
    """
    stale = ImportBatch.objects.filter(kind=ImportKind.CONTACTS, created_at__lt=moment)
    # Equal files share one path: a later upload of it is still to be read.
    used = set(ImportBatch.objects.exclude(pk__in=stale).values_list("stored_path", flat=True))
    removed = 0
    for path in set(stale.values_list("stored_path", flat=True)) - used - {""}:
        file = stored_file(path)
        removed += file.exists()
        file.unlink(missing_ok=True)
    return removed
