"""Django admin of the demand: what people set is edited, what was computed is only read."""

from django.contrib import admin

from forecasting import models
from wfm.org.admin.base import ReadOnlyAdmin


@admin.register(models.SpecialDay)
class SpecialDayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Special days."""

    list_display = ("date", "queue", "name", "kind", "factor")
    list_filter = ("kind", "queue")
    search_fields = ("name",)


@admin.register(models.DriverLink)
class DriverLinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Drivers."""

    list_display = ("driver_queue", "series", "queue", "is_active")


@admin.register(models.Override)
class OverrideAdmin(ReadOnlyAdmin):
    """Overrides are made and undone on their pages, where the forecast follows."""

    list_display = ("queue", "starts_at", "ends_at", "kind", "value", "reason", "revoked_at")
    list_filter = ("queue", "kind")


@admin.register(models.ForecastRun)
class ForecastRunAdmin(ReadOnlyAdmin):
    """Runs."""

    list_display = ("pk", "origin_at", "starts_at", "ends_at", "published_at", "created_by")


@admin.register(models.ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Imports."""

    list_display = ("file_name", "kind", "status", "row_count", "inserted_count", "created_at")
    list_filter = ("status", "kind")
