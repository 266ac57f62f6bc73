"""Writes of the demand: one function, one use case, one transaction."""

from forecasting.core.actual_row import ActualRow
from forecasting.core.day_factors import ForecastDays
from forecasting.services.actuals import RecordResult, record_actuals
from forecasting.services.drivers import (
    UnableToSetDriver,
    clear_driver_values,
    create_series,
    link_driver,
    parse_values,
    set_driver_values,
    unlink_driver,
)
from forecasting.services.import_files import UnableToImport
from forecasting.services.imports import MappingChoice, create_import, set_mapping
from forecasting.services.intraday import DayUpdate, save_day_updates
from forecasting.services.new_queues import (
    UnableToPlanStart,
    clear_starting_plan,
    set_starting_plan,
)
from forecasting.services.overrides import (
    OverrideChange,
    UnableToOverride,
    create_override,
    reapply_overrides,
    revoke_override,
)
from forecasting.services.runs import (
    UnableToForecast,
    create_forecast_run,
    publish_forecast,
)
from forecasting.services.saving import Outcome, QueueForecast, save_outcomes
from forecasting.services.snapshots import forget_old_snapshots, freeze_snapshots, save_scores
from forecasting.services.special_days import (
    UnableToSetSpecialDay,
    set_holiday_codes,
    set_special_day,
)
from forecasting.services.work_items import record_work_items
from wfm.jobs.publication import UnableToPublish

__all__ = [
    "ActualRow",
    "DayUpdate",
    "ForecastDays",
    "MappingChoice",
    "Outcome",
    "OverrideChange",
    "QueueForecast",
    "RecordResult",
    "UnableToForecast",
    "UnableToImport",
    "UnableToOverride",
    "UnableToPlanStart",
    "UnableToPublish",
    "UnableToSetDriver",
    "UnableToSetSpecialDay",
    "clear_driver_values",
    "clear_starting_plan",
    "create_forecast_run",
    "create_import",
    "create_override",
    "create_series",
    "forget_old_snapshots",
    "freeze_snapshots",
    "link_driver",
    "parse_values",
    "publish_forecast",
    "reapply_overrides",
    "record_actuals",
    "record_work_items",
    "revoke_override",
    "save_day_updates",
    "save_outcomes",
    "save_scores",
    "set_driver_values",
    "set_holiday_codes",
    "set_mapping",
    "set_special_day",
    "set_starting_plan",
    "unlink_driver",
]
