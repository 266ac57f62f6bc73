"""SLA results in the admin: computed, so only read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from reporting.models import SlaResult


@admin.register(SlaResult)
class SlaResultAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Results are computed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: SlaResult | None = None) -> bool:
        """Results are computed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SlaResult | None = None) -> bool:
        """Results are computed."""
        return False
