"""Bring the rows of a file of single contacts to moments and hashed customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from forecasting.core.imports.collector import Collector
from forecasting.core.imports.queues import QueueSpec
from forecasting.core.imports.rows import Record


@dataclass(frozen=True)
class ContactRow:
    """One contact: when, and a keyed hash of who."""

    queue_id: int
    arrived_at: datetime
    customer_hash: bytes


@dataclass(kw_only=True)
class ContactCollector(Collector):
    """Collects records as contacts; the customer's key is hashed at once and not kept."""

    hashed: Callable[[int, str], bytes]
    """Queue id and customer to the keyed hash."""
    contacts: dict[ContactRow, None] = field(default_factory=dict)

    def take(self, spec: QueueSpec, record: Record) -> None:
        """Keep one contact; the same customer in the same second is one contact."""
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
        self.contacts[ContactRow(spec.pk, at, self.hashed(spec.pk, customer))] = None

    def rows(self) -> list[ContactRow]:
        """All contacts."""
        return list(self.contacts)
