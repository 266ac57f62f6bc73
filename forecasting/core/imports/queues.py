"""Whose row it is: the queues that a file may name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from forecasting.core.imports.rows import Findings, Record


@dataclass(frozen=True)
class QueueSpec:
    """What the file's rows must be fitted to."""

    pk: int
    name: str
    timezone: str
    interval_minutes: int

    def instant(self, moment: datetime) -> datetime:
        """UTC instant of the queue's wall clock; in a repeated hour the first of the two."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.timezone))
        return moment.astimezone(UTC)


@dataclass(frozen=True)
class NamedQueues:
    """The queues of an import."""

    by_name: dict[str, QueueSpec]
    """By every name under which the file may call them, lower case."""
    only: QueueSpec | None
    """The queue of all rows, whatever they say."""
    wanted: str
    """What a row must name, for the finding: "queue", "live queue"."""

    def queue_of(self, record: Record, findings: Findings) -> QueueSpec | None:
        """The queue of a row; one that is not known becomes a finding."""
        spec = self.only or self.by_name.get((record.queue or "").lower())
        if spec is None:
            findings.add(
                record.line,
                "unknown_queue",
                f"There is no {self.wanted} {record.queue!r}; check its name or key.",
            )
        return spec
