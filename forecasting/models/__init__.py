"""Tables of the demand."""

from forecasting.models.adjustment import (
    Override,
    OverrideComponent,
    OverrideKind,
    SpecialDay,
    SpecialDayKind,
)
from forecasting.models.driver import DriverLink, DriverSeries, DriverValue
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
from forecasting.models.intraday import IntradayForecast
from forecasting.models.new_queue import StartingPlan
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
    "DriverSeries",
    "DriverValue",
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
    "IntradayForecast",
    "Override",
    "OverrideComponent",
    "OverrideKind",
    "OverrideScore",
    "SpecialDay",
    "SpecialDayKind",
    "StartingPlan",
    "WorkItem",
]
