"""Bring the rows of a file of deferred work to items with due times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from forecasting.core.imports.collector import Collector
from forecasting.core.imports.queues import QueueSpec
from forecasting.core.imports.rows import Record

LONGEST_ID = 80


@dataclass(frozen=True)
class WorkItemRow:
    """One item of deferred work; None is not completed, or unknown."""

    queue_id: int
    external_id: str
    arrived_at: datetime
    due_at: datetime
    completed_at: datetime | None = None
    handle_seconds: float | None = None
    is_simulated: bool = False


@dataclass(kw_only=True)
class WorkItemCollector(Collector):
    """Collects records as items; a due time that the file lacks comes from the queue's goal."""

    due_at: Callable[[QueueSpec, datetime], datetime | None]
    items: dict[tuple[int, str], WorkItemRow] = field(default_factory=dict)

    def take(self, spec: QueueSpec, record: Record) -> None:
        """Keep one item; one that stands twice is refused."""
        item = self._item(spec, record)
        if item is None:
            return
        key = (item.queue_id, item.external_id)
        if key in self.items:
            self.findings.add(
                record.line, "duplicate", f"Item {item.external_id!r} of {spec.name} stands twice."
            )
            return
        self.items[key] = item

    def rows(self) -> list[WorkItemRow]:
        """All items in the file's order."""
        return list(self.items.values())

    def _item(self, spec: QueueSpec, record: Record) -> WorkItemRow | None:
        reference = record.texts.get("external_id", "")
        arrived = _instant(record.moments.get("arrived_at"), spec)
        completed = _instant(record.moments.get("completed_at"), spec)
        problem = _problem(reference, arrived, completed, self.now)
        if problem or arrived is None:
            self.findings.add(record.line, "bad_item", problem or "The item has no arrival.")
            return None
        due = _instant(record.moments.get("due_at"), spec) or self.due_at(spec, arrived)
        if due is None or due < arrived:
            self.findings.add(
                record.line, "no_due",
                f"Item {reference!r} has no due time after its arrival, and {spec.name} has no goal.",
            )  # fmt: skip
            return None
        return WorkItemRow(
            queue_id=spec.pk,
            external_id=reference,
            arrived_at=arrived,
            due_at=due,
            completed_at=completed,
            handle_seconds=record.numbers.get("handle_seconds"),
        )


def _problem(
    reference: str, arrived: datetime | None, completed: datetime | None, now: datetime
) -> str:
    """What is wrong with an item, or nothing."""
    if not reference:
        return "The item has no id."
    if len(reference) > LONGEST_ID:
        return f"The id {reference[:20]!r}… is longer than {LONGEST_ID} characters."
    if arrived is None:
        return f"Item {reference!r} has no arrival."
    if arrived > now:
        return f"Item {reference!r} arrives in the future."
    if completed is not None and completed < arrived:
        return f"Item {reference!r} was completed before it arrived."
    return ""


def _instant(moment: datetime | None, spec: QueueSpec) -> datetime | None:
    return None if moment is None else spec.instant(moment)
