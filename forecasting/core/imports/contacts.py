"""Bring the rows of a file of single contacts to moments and hashed customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from forecasting.core.imports.queues import NamedQueues
from forecasting.core.imports.rows import Findings, Record


@dataclass(frozen=True)
class ContactRow:
    """One contact: when, and a keyed hash of who."""

    queue_id: int
    arrived_at: datetime
    customer_hash: bytes


@dataclass
class ContactCollector:
    """Collects records as contacts; the customer's key is hashed at once and not kept."""

    queues: NamedQueues
    now: datetime
    hashed: Callable[[str], bytes]
    findings: Findings
    contacts: dict[ContactRow, None] = field(default_factory=dict)
    row_count: int = 0

    def add(self, record: Record) -> None:
        """Take one record; the same customer in the same second is one contact."""
        self.row_count += 1
        spec = self.queues.queue_of(record, self.findings)
        if spec is None:
            return
        customer = record.texts.get("customer", "")
        moment = record.moments.get("arrived_at")
        if not customer or moment is None:
            missing = "customer" if moment is not None else "time"
            self.findings.add(record.line, "incomplete", f"The contact has no {missing}.")
            return
        at = spec.instant(moment).replace(microsecond=0)
        if at > self.now:
            self.findings.add(record.line, "future", f"The contact at {at} is in the future.")
            return
        self.contacts[ContactRow(spec.pk, at, self.hashed(customer))] = None

    def rows(self) -> list[ContactRow]:
        """All contacts."""
        return list(self.contacts)
