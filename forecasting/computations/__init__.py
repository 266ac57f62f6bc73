"""The heavy use cases; only tasks and commands import them, so web processes never load them."""

from forecasting.computations.clear_replaced import clear_replaced_forecasts
from forecasting.computations.forecast_run import compute_forecast
from forecasting.computations.import_history import import_history
from forecasting.computations.refresh_today import refresh_today_job, refresh_today_now
from forecasting.computations.score_snapshots import score_snapshots

__all__ = [
    "clear_replaced_forecasts",
    "compute_forecast",
    "import_history",
    "refresh_today_job",
    "refresh_today_now",
    "score_snapshots",
]
