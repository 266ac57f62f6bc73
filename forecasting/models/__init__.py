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
    ContactRecord,
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
from forecasting.models.snapshot import ForecastScore, ForecastSnapshot, OverrideScore

__all__ = [
    "BacklogSnapshot",
    "ContactRecord",
    "DriverLink",
    "ForecastDay",
    "ForecastInterval",
    "ForecastQueueResult",
    "ForecastRun",
    "ForecastScore",
    "ForecastSnapshot",
    "ImportBatch",
    "ImportFinding",
    "ImportKind",
    "ImportStatus",
    "IntervalActual",
    "Override",
    "OverrideComponent",
    "OverrideKind",
    "OverrideScore",
    "SpecialDay",
    "SpecialDayKind",
    "WorkItem",
]
