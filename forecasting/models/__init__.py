"""Tables of the demand."""

from forecasting.models.adjustment import (
    DriverLink,
    Override,
    OverrideComponent,
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
from forecasting.models.run import (
    ForecastDay,
    ForecastInterval,
    ForecastQueueResult,
    ForecastRun,
)

__all__ = [
    "BacklogSnapshot",
    "DriverLink",
    "ForecastDay",
    "ForecastInterval",
    "ForecastQueueResult",
    "ForecastRun",
    "ImportBatch",
    "ImportFinding",
    "ImportKind",
    "ImportStatus",
    "IntervalActual",
    "Override",
    "OverrideComponent",
    "OverrideKind",
    "SpecialDay",
    "SpecialDayKind",
    "WorkItem",
]
