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


class RotationAssignmentInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who follows a rotation."""

    model = models.RotationAssignment
    extra = 1
    raw_id_fields = ("agent",)


@admin.register(models.Rotation)
class RotationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rotations with the people in them."""

    list_display = ("name", "pattern", "is_active")
    search_fields = ("name",)
    inlines: ClassVar = [RotationAssignmentInline]


@admin.register(models.RotationAssignment)
class RotationAssignmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who follows which rotation."""

    list_display = ("rotation", "agent", "team", "starts_on", "ends_on")
    list_filter = ("rotation",)
    search_fields = ("agent__name", "team__name")
    raw_id_fields = ("agent",)
    list_select_related = ("rotation", "agent", "team")


@admin.register(models.Preference)
class PreferenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Wishes."""

    list_display = ("agent", "kind", "date", "weekday", "rank")
    list_filter = ("kind", "rank")
    search_fields = ("agent__name",)
    raw_id_fields = ("agent", "template")
    list_select_related = ("agent",)


@admin.register(models.SplitShiftConsent)
class SplitShiftConsentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who agrees to split shifts."""

    list_display = ("agent", "starts_on", "ends_on")
    search_fields = ("agent__name",)
    raw_id_fields = ("agent",)
    list_select_related = ("agent",)


@admin.register(models.QueueValue)
class QueueValueAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What cover of queues is worth."""

    list_display = ("queue", "hour_value", "least_people")
    list_select_related = ("queue",)


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


@admin.register(models.SiteOffice)
class SiteOfficeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Offices of sites."""

    list_display = ("site", "productive_rate")


@admin.register(models.OfficeHours)
class OfficeHoursAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Hours of offices."""

    list_display = ("site", "weekday", "opens_minute", "closes_minute")
    list_filter = ("site",)


@admin.register(models.MeetingRoom)
class MeetingRoomAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Meeting rooms."""

    list_display = ("name", "site", "starts_on", "ends_on")
    list_filter = ("site",)


@admin.register(models.HybridRatio)
class HybridRatioAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Office and home ratios."""

    list_display = ("employment_contract", "agent", "office_days_min", "office_days_max")
    raw_id_fields = ("agent",)


@admin.register(models.TeamOfficeRule)
class TeamOfficeRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Office days of teams."""

    list_display = ("team", "place", "weekdays", "common_days", "cycle_weeks")
    list_filter = ("place",)


@admin.register(models.ActivityRequest)
class ActivityRequestAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Activities to place."""

    list_display = ("title", "activity_code", "minutes", "starts_on", "ends_on", "is_active")
    list_filter = ("is_active", "activity_code")
    raw_id_fields = ("attendants",)


@admin.register(models.ActivityPlacement)
class ActivityPlacementAdmin(ReadOnlyAdmin):
    """Placed activities."""

    list_display = ("version", "request", "agent", "starts_at", "ends_at")
