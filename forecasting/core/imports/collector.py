"""What all readers of history files do with a record before its kind matters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forecasting.core.imports.queues import NamedQueues, QueueSpec
from forecasting.core.imports.rows import Findings, Record


@dataclass(kw_only=True)
class Collector(ABC):
    """Takes the records of a file one by one and brings them to rows of its kind."""

    queues: NamedQueues
    now: datetime
    findings: Findings
    row_count: int = 0

    def add(self, record: Record) -> None:
        """Take one record; one whose queue is not known becomes a finding."""
        self.row_count += 1
        spec = self.queues.queue_of(record, self.findings)
        if spec is not None:
            self.take(spec, record)

    @abstractmethod
    def take(self, spec: QueueSpec, record: Record) -> None:
        """Keep a record of this queue, or say what is wrong with it."""

    @abstractmethod
    def rows(self) -> list[Any]:
        """All that was kept, in an order of its kind."""
