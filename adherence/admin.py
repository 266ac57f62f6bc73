"""Adherence in Django's admin: events and computed days can be read, not changed."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from adherence.models import (
    ActivityEvent,
    AdherenceDay,
    AdherenceException,
    AgentContact,
    BusyCase,
    BusyRoute,
    DayCorrection,
    EventFeed,
    GroupException,
    Note,
    QuarantinedEvent,
)
from adherence.services.retry import retry_quarantined
from wfm.org.admin.base import ReadOnlyAdmin


@admin.register(ActivityEvent)
class ActivityEventAdmin(ReadOnlyAdmin):
    """What agents have declared."""

    list_display = ("occurred_at", "agent", "activity_code", "source", "is_late", "received_at")
    list_filter = ("source", "is_late", "activity_code")
    date_hierarchy = "occurred_at"
    search_fields = ("agent__name", "agent__employee_number", "event_uid")
    list_select_related = ("agent", "activity_code")


@admin.register(AdherenceDay)
class AdherenceDayAdmin(ReadOnlyAdmin):
    """Computed days."""

    list_display = ("operational_date", "agent", "scheduled_seconds", "out_seconds", "is_final")
    list_filter = ("is_final",)
    date_hierarchy = "operational_date"
    search_fields = ("agent__name", "agent__employee_number")
    list_select_related = ("agent",)


@admin.register(DayCorrection)
class DayCorrectionAdmin(ReadOnlyAdmin):
    """Corrections of finished days; they are only ever added."""

    list_display = ("corrected_at", "agent", "operational_date", "kinds")
    date_hierarchy = "operational_date"
    search_fields = ("agent__name", "agent__employee_number")
    list_select_related = ("agent",)


@admin.register(QuarantinedEvent)
class QuarantinedEventAdmin(ReadOnlyAdmin):
    """Events that could not be taken; tried again once what was missing is there."""

    list_display = ("received_at", "source", "reason_code", "reason", "times_seen", "resolved_at")
    list_filter = ("reason_code", "source", ("resolved_at", admin.EmptyFieldListFilter))
    search_fields = ("event_uid", "reason")
    actions = ("try_again",)

    @admin.action(description=_("Try to take them again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[QuarantinedEvent]) -> None:
        """Ingest the chosen events once more."""
        taken = retry_quarantined(
            event_ids=list(queryset.values_list("pk", flat=True)),
            at=now(),
            taken_by_id=request.user.pk,
        )
        self.message_user(
            request, _("%(count)d events taken.") % {"count": taken}, messages.SUCCESS
        )


@admin.register(EventFeed)
class EventFeedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Feeds and after how long their silence means that nobody knows."""

    list_display = ("source", "silence_limit_seconds", "last_heard_at")
    readonly_fields = ("last_heard_at",)


@admin.register(AdherenceException)
class AdherenceExceptionAdmin(ReadOnlyAdmin):
    """Exceptions; approved and withdrawn on the pages, where days are computed again."""

    list_display = ("agent", "starts_at", "ends_at", "reason", "status", "decided_by", "decided_at")
    list_filter = ("status",)
    date_hierarchy = "starts_at"
    list_select_related = ("agent", "decided_by")


@admin.register(GroupException)
class GroupExceptionAdmin(ReadOnlyAdmin):
    """Exceptions for many; approved and withdrawn on the pages."""

    list_display = ("scope", "scope_name", "starts_at", "ends_at", "reason", "created_by")
    list_filter = ("scope",)
    date_hierarchy = "starts_at"
    list_select_related = ("created_by",)


@admin.register(BusyRoute)
class BusyRouteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who is sent when a busy code lasts too long."""

    list_display = ("activity_code", "team", "troubleshooter")
    list_filter = ("activity_code", "team")
    list_select_related = ("activity_code", "team", "troubleshooter")


@admin.register(BusyCase)
class BusyCaseAdmin(ReadOnlyAdmin):
    """Long busy states and what came of them; closed on the live list."""

    list_display = ("agent", "activity_code", "began_at", "ended_at", "assigned_to", "outcome")
    list_filter = ("outcome", "activity_code")
    date_hierarchy = "began_at"
    list_select_related = ("agent", "activity_code", "assigned_to")


@admin.register(AgentContact)
class AgentContactAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """How agents are reached."""

    list_display = ("agent", "phone", "email", "messenger_url")
    search_fields = ("agent__name", "agent__employee_number", "phone", "email")
    list_select_related = ("agent",)


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    """Notes; written and edited by their authors beside what happened."""

    list_display = ("created_at", "kind", "agent", "queue", "text", "tags", "author")
    list_filter = ("kind",)
    date_hierarchy = "created_at"
    search_fields = ("text", "agent__name", "contact_id")
    list_select_related = ("agent", "queue", "author")
