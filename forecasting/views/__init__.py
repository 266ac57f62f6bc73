"""Pages of the history and forecast rooms."""

from forecasting.views.accuracy import accuracy
from forecasting.views.forecasts import index, publish, queue_forecast, run, start
from forecasting.views.history import history, sample
from forecasting.views.holidays import holiday_codes_set, special_day_delete, special_day_set
from forecasting.views.imports import apply, check, import_batch, imports, upload
from forecasting.views.inputs import (
    driver_link,
    driver_series_create,
    driver_unlink,
    driver_values_set,
    inputs,
    starting_plan_set,
)
from forecasting.views.overrides import override_create, override_revoke
from forecasting.views.today import today, today_refresh
from forecasting.views.totals import totals

__all__ = [
    "accuracy",
    "apply",
    "check",
    "driver_link",
    "driver_series_create",
    "driver_unlink",
    "driver_values_set",
    "history",
    "holiday_codes_set",
    "import_batch",
    "imports",
    "index",
    "inputs",
    "override_create",
    "override_revoke",
    "publish",
    "queue_forecast",
    "run",
    "sample",
    "special_day_delete",
    "special_day_set",
    "start",
    "starting_plan_set",
    "today",
    "today_refresh",
    "totals",
    "upload",
]
