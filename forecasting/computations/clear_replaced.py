"""The nightly job that keeps the forecasts from growing without end."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from forecasting.models import ForecastQueueResult
from forecasting.services.clearing import clear_replaced
from wfm.jobs.clearing import clear_in_steps, retention_of_settings
from wfm.jobs.runner import JobContext


def clear_replaced_forecasts(ctx: JobContext) -> dict[str, Any]:
    """Delete what newer forecasts have replaced, and drafts that nobody published."""
    at = datetime.fromisoformat(ctx.params["at"])
    settled = at - timedelta(days=retention_of_settings().days)
    return clear_in_steps(
        ctx,
        results=ForecastQueueResult.objects.with_numbers(),
        clear=partial(clear_replaced, settled=settled),
        words=_("Deleting what newer forecasts have replaced"),
    )
