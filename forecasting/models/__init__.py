"""Tables of the demand."""

from forecasting.models.adjustment import (
    DriverLink,
    Override,
    OverrideKind,
    SpecialDay,
    SpecialDayKind,
)
from forecasting.models.history import (
    BacklogSnapshot,
    ImportBatch,
    ImportFinding,
    ImportKind,
    ImportStatus,
    IntervalActual,
    WorkItem,
)
from forecasting.models.run import ForecastInterval, ForecastQueueResult, ForecastRun

__all__ = [
    "BacklogSnapshot",
    "DriverLink",
    "ForecastInterval",
    "ForecastQueueResult",
    "ForecastRun",
    "ImportBatch",
    "ImportFinding",
    "ImportKind",
    "ImportStatus",
    "IntervalActual",
    "Override",
    "OverrideKind",
    "SpecialDay",
    "SpecialDayKind",
    "WorkItem",
]
