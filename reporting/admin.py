"""SLA results in the admin: computed, so only read."""

from __future__ import annotations

from django.contrib import admin

from reporting.models import SlaResult
from wfm.org.admin.base import ReadOnlyAdmin


@admin.register(SlaResult)
class SlaResultAdmin(ReadOnlyAdmin):
    """Results; a wrong one is computed again, never edited."""

    list_display = [
        "queue",
        "metric_key",
        "period",
        "starts_on",
        "value",
        "target",
        "is_met",
        "as_of",
    ]
    list_filter = ["client", "period", "metric_key", "is_met"]
    date_hierarchy = "starts_on"
    list_select_related = ["queue"]
