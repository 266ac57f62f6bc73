"""Django admin of the schedule: rules and availability are edited, what was solved is only read."""

from typing import ClassVar

from django.contrib import admin

from scheduling import models
from wfm.org.admin.base import ReadOnlyAdmin


class BreakRuleInline(admin.TabularInline):  # type: ignore[type-arg]
    """Breaks of a template."""

    model = models.BreakRule
    extra = 1


@admin.register(models.ShiftTemplate)
class ShiftTemplateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shift templates with their breaks."""

    list_display = (
        "name",
        "employment_contract",
        "earliest_start_minute",
        "latest_start_minute",
        "length_min_minutes",
        "length_max_minutes",
        "is_active",
    )
    list_filter = ("employment_contract", "is_active")
    inlines: ClassVar = [BreakRuleInline]


@admin.register(models.Availability)
class AvailabilityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """When people can work."""

    list_display = ("agent", "weekday", "is_available", "starts_minute", "ends_minute")
    list_filter = ("weekday", "is_available")
    search_fields = ("agent__name",)
    raw_id_fields = ("agent",)


@admin.register(models.TimeOff)
class TimeOffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Time off."""

    list_display = ("agent", "activity_code", "starts_at", "ends_at", "status")
    list_filter = ("status", "activity_code")
    search_fields = ("agent__name",)
    raw_id_fields = ("agent", "decided_by")


@admin.register(models.ScheduleVersion)
class ScheduleVersionAdmin(ReadOnlyAdmin):
    """Versions."""

    list_display = ("id", "starts_on", "ends_on", "status", "objective", "lower_bound")
    list_filter = ("status",)


@admin.register(models.Shift)
class ShiftAdmin(ReadOnlyAdmin):
    """Shifts."""

    list_display = ("agent", "operational_date", "starts_at", "ends_at", "place", "is_published")
    list_filter = ("is_published", "place", "operational_date")
    search_fields = ("agent__name",)
    list_select_related = ("agent",)
