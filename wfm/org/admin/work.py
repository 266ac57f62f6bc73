"""Work types, queues, hours, goals and activity codes."""

from django.contrib import admin

from wfm.org.admin.base import OrgAdmin
from wfm.org.models import ActivityCode, Holiday, OpeningHours, Queue, ServiceGoal, WorkType


@admin.register(WorkType)
class WorkTypeAdmin(OrgAdmin):
    """Kinds of work."""

    list_display = ["name", "channel", "handling", "contacts_abandon", "concurrency"]
    list_filter = ["channel", "handling"]
    search_fields = ["name"]


class OpeningHoursInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs only
    """The open stretches of one queue."""

    model = OpeningHours
    extra = 0


class ServiceGoalInline(admin.StackedInline):  # type: ignore[type-arg] # generic in the stubs only
    """The goals of one queue through time."""

    model = ServiceGoal
    extra = 0


@admin.register(Queue)
class QueueAdmin(OrgAdmin):
    """Queues with their hours and goals."""

    list_display = [
        "name",
        "client",
        "work_type",
        "skill",
        "timezone",
        "interval_minutes",
        "is_active",
    ]
    list_filter = ["client", "work_type", "is_active"]
    search_fields = ["name", "key", "client__name"]
    prepopulated_fields = {"key": ["name"]}
    autocomplete_fields = ["client", "site", "work_type", "skill"]
    list_select_related = ["client", "work_type", "skill"]
    inlines = [OpeningHoursInline, ServiceGoalInline]


@admin.register(OpeningHours)
class OpeningHoursAdmin(OrgAdmin):
    """Open stretches of all queues."""

    list_display = ["queue", "weekday", "opens_minute", "closes_minute"]
    list_filter = ["weekday", "queue__client"]
    search_fields = ["queue__name"]
    autocomplete_fields = ["queue"]
    list_select_related = ["queue"]


@admin.register(Holiday)
class HolidayAdmin(OrgAdmin):
    """Dates on which queues are closed or open at other hours."""

    list_display = ["date", "queue", "name", "opens_minute", "closes_minute"]
    list_filter = ["queue__client"]
    search_fields = ["name", "queue__name"]
    date_hierarchy = "date"
    autocomplete_fields = ["queue"]
    list_select_related = ["queue"]


@admin.register(ServiceGoal)
class ServiceGoalAdmin(OrgAdmin):
    """Goals of all queues."""

    list_display = [
        "queue",
        "version",
        "metric_key",
        "level",
        "threshold_seconds",
        "due_unit",
        "due_amount",
        "due_cutoff_minute",
        "starts_on",
        "ends_on",
    ]
    list_filter = ["queue__client", "metric_key"]
    search_fields = ["queue__name"]
    autocomplete_fields = ["queue"]
    list_select_related = ["queue"]


@admin.register(ActivityCode)
class ActivityCodeAdmin(OrgAdmin):
    """What agents declare and schedules plan."""

    list_display = [
        "name",
        "letter",
        "key",
        "state_group",
        "is_work",
        "is_paid",
        "is_neutral",
        "portal_position",
        "is_active",
    ]
    list_filter = ["state_group", "is_work", "is_paid", "is_neutral", "is_active"]
    search_fields = ["name", "key"]
    prepopulated_fields = {"key": ["name"]}
