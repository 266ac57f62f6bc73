"""The job behind an import: read every row, find what is wrong, then all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from forecasting.core.imports.collector import Collector
from forecasting.core.imports.contacts import ContactCollector
from forecasting.core.imports.intervals import IntervalCollector
from forecasting.core.imports.queues import NamedQueues, QueueSpec
from forecasting.core.imports.rows import Findings, Row, read_records
from forecasting.core.imports.work_items import WorkItemCollector
from forecasting.models import ImportBatch, ImportFinding, ImportKind, ImportStatus
from forecasting.services import actuals, contacts, work_items
from forecasting.services.import_files import UnableToImport, read_rows
from forecasting.services.imports import (
    discard_file,
    kept_file,
    mapping_of,
    mapping_problems,
    shape_of,
)
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.calendars import business_calendars
from wfm.org.models import Queue, ServiceGoal
from wfm.org.tenancy import system_tenant
from wfm.timeline import DueClock

PROGRESS_ROWS = 5_000
_RECORDED = (ImportStatus.DONE, ImportStatus.UNCHANGED)
READ_SHARE = 0.7


def import_history(ctx: JobContext) -> dict[str, Any]:
    """Read the batch's file; with `apply` record its rows, else say what they would change."""
    with system_tenant():
        batch = ImportBatch.objects.select_related("queue__work_type", "job__created_by").get(
            pk=ctx.params["batch_id"]
        )
        if problems := mapping_problems(batch):
            raise JobRefused(" ".join(problems))
        findings = Findings()
        collector = _collector(batch, findings)
    try:
        _read(ctx, batch, collector)
        rows = collector.rows()
    except UnableToImport as error:
        raise JobRefused(str(error)) from error
    ctx.raise_if_cancelled()
    if not rows and not findings.errors:
        findings.add(None, "no_rows", _("The file holds no row with a volume."))
    ctx.progress(READ_SHARE, _("%(count)s rows understood") % {"count": len(rows)})
    with ctx.publishing():
        outcome = _record(batch, rows, findings, apply=bool(ctx.params.get("apply")))
        _save(batch, collector, rows, findings, outcome)
    if batch.kind == ImportKind.CONTACTS and batch.status in _RECORDED:
        discard_file(batch)
    return {"batch_id": batch.pk, "status": str(batch.status), "rows": batch.row_count}


def _collector(batch: ImportBatch, findings: Findings) -> Collector:
    queues = list(_queues_in_reach(batch))
    if batch.kind == ImportKind.WORK_ITEMS:
        queues = [queue for queue in queues if not queue.is_live]
        named = _named(queues, batch, wanted="deferred queue")
        return WorkItemCollector(
            queues=named, now=now(), due_at=_due_times(queues), findings=findings
        )
    if batch.kind == ImportKind.CONTACTS:
        named = _named([queue for queue in queues if queue.is_live], batch, wanted="live queue")
        clients = {queue.pk: queue.client_id for queue in queues}
        return ContactCollector(
            queues=named,
            now=now(),
            hashed=lambda queue_id, customer: contacts.hash_customer(
                customer, client_id=clients[queue_id]
            ),
            findings=findings,
        )
    return IntervalCollector(
        queues=_named(queues, batch, wanted="queue"),
        now=now(),
        threshold_seconds=batch.mapping["threshold_seconds"],
        split_coarse=bool(batch.mapping["split_coarse"]),
        findings=findings,
    )


def _queues_in_reach(batch: ImportBatch) -> QuerySet[Queue]:
    """Queues that the person who imports may see; our own systems' keys see all."""
    person = batch.job.created_by if batch.job is not None else batch.created_by
    queues = Queue.objects.active().select_related("work_type")
    return queues if person is None else queues.visible_to(person)


def _named(queues: list[Queue], batch: ImportBatch, *, wanted: str) -> NamedQueues:
    specs = {queue.pk: _spec(queue) for queue in queues}
    by_name = {queue.name.lower(): specs[queue.pk] for queue in queues}
    by_name |= {queue.key.lower(): specs[queue.pk] for queue in queues}
    only = None if batch.queue is None else _spec(batch.queue)
    return NamedQueues(by_name=by_name, only=only, wanted=wanted)


def _spec(queue: Queue) -> QueueSpec:
    return QueueSpec(
        pk=queue.pk,
        name=queue.name,
        timezone=queue.timezone,
        interval_minutes=queue.interval_minutes,
    )


def _due_times(queues: list[Queue]) -> Any:
    """Due time of an arrival by the queue's goal in force on its local day."""
    calendars = business_calendars(queues)
    goals: dict[int, list[tuple[ServiceGoal, DueClock]]] = {queue.pk: [] for queue in queues}
    for goal in ServiceGoal.objects.filter(Q(queue__in=queues), due_amount__isnull=False).order_by(
        "starts_on"
    ):
        if rule := goal.due_rule:
            goals[goal.queue_id].append((goal, DueClock(calendars[goal.queue_id], rule)))

    def due_at(spec: QueueSpec, arrived_at: datetime) -> datetime | None:
        day = arrived_at.astimezone(ZoneInfo(spec.timezone)).date()
        for goal, clock in reversed(goals.get(spec.pk, [])):
            if goal.starts_on <= day and (goal.ends_on is None or day < goal.ends_on):
                return _due_or_nothing(clock, arrived_at)
        return None

    return due_at


def _due_or_nothing(clock: DueClock, arrived_at: datetime) -> datetime | None:
    """Without opening hours nothing in business time is ever due; the finding then names the item."""
    try:
        return clock.due_at(arrived_at)
    except ValueError:
        return None


def _read(ctx: JobContext, batch: ImportBatch, collector: Collector) -> None:
    """Hand every row to the collector, with progress and cancel."""
    rows = _watched(ctx, kept_file(batch), batch)
    for record in read_records(rows, mapping_of(batch), collector.findings):
        collector.add(record)


def _watched(ctx: JobContext, path: Path, batch: ImportBatch) -> Iterator[Row]:
    header_row = mapping_of(batch).header_row
    size = max(path.stat().st_size, 1)
    read_bytes = 0
    for index, row in enumerate(read_rows(path, shape_of(batch))):
        if index <= header_row:
            continue
        read_bytes += sum(len(str(cell)) + 1 for cell in row[1])
        if index % PROGRESS_ROWS == 0:
            ctx.raise_if_cancelled()
            ctx.progress(
                READ_SHARE * min(read_bytes / size, 1.0),
                _("%(count)s rows read") % {"count": index},
            )
        yield row


def _record(
    batch: ImportBatch, rows: list[Any], findings: Findings, *, apply: bool
) -> actuals.RecordResult:
    """Compare or record; with any error nothing is touched."""
    nothing = actuals.RecordResult(inserted=0, changed=0, unchanged=0)
    if findings.errors:
        return nothing
    try:
        outcome = _outcome(batch, rows, apply=apply)
    except UnableToImport as error:  # raised before anything is written
        findings.add(None, "uncountable", str(error))
        return nothing
    for note in outcome.notes:
        findings.add(None, "intervals", note, is_error=False)
    return outcome


def _outcome(batch: ImportBatch, rows: list[Any], *, apply: bool) -> actuals.RecordResult:
    if apply:
        return _RECORDERS[ImportKind(batch.kind)](rows, batch)
    stage, compare = _CHECKERS[ImportKind(batch.kind)]
    stage(rows)
    return compare()


_RECORDERS: dict[ImportKind, Callable[[list[Any], ImportBatch], actuals.RecordResult]] = {
    ImportKind.INTERVALS: lambda rows, batch: actuals.record_actuals(rows=rows, batch=batch),
    ImportKind.WORK_ITEMS: lambda rows, _batch: work_items.record_work_items(rows=rows),
    ImportKind.CONTACTS: lambda rows, batch: contacts.record_contacts(rows=rows, batch=batch),
}
_CHECKERS: dict[
    ImportKind, tuple[Callable[[list[Any]], int], Callable[[], actuals.RecordResult]]
] = {
    ImportKind.INTERVALS: (actuals.stage_actuals, actuals.compare_staged),
    ImportKind.WORK_ITEMS: (work_items.stage_work_items, work_items.compare_staged_items),
    ImportKind.CONTACTS: (contacts.stage_contacts, contacts.compare_staged_contacts),
}


def _save(
    batch: ImportBatch,
    collector: Collector,
    rows: list[Any],
    findings: Findings,
    outcome: actuals.RecordResult,
) -> None:
    """Status, counts and findings of the batch."""
    is_applied = not findings.errors and batch.job is not None and batch.job.params.get("apply")
    nothing_new = outcome.inserted + outcome.changed == 0
    if findings.errors:
        batch.status = ImportStatus.REFUSED
    elif nothing_new:
        batch.status = ImportStatus.UNCHANGED
    else:
        batch.status = ImportStatus.DONE if is_applied else ImportStatus.CHECKED
    batch.row_count = collector.row_count
    batch.inserted_count = outcome.inserted
    batch.changed_count = outcome.changed
    batch.unchanged_count = outcome.unchanged
    batch.finding_counts = dict(findings.counts)
    if rows:
        moments = [getattr(row, "starts_at", None) or row.arrived_at for row in rows]
        batch.starts_at, batch.ends_at = min(moments), max(moments) + timedelta(seconds=1)
    batch.save()
    ImportFinding.objects.filter(batch=batch).delete()
    ImportFinding.objects.bulk_create(
        ImportFinding(
            batch=batch,
            line_number=item.line,
            severity=ImportFinding.Severity.ERROR
            if item.is_error
            else ImportFinding.Severity.WARNING,
            code=item.code,
            message=item.message,
        )
        for item in findings.listed
    )
