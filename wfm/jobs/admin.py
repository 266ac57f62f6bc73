"""Jobs and their outbox in the admin: looked at, never edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from wfm.jobs.models import Job, OutboxMessage
from wfm.org.access import access_of
from wfm.org.admin.base import ReadOnlyAdmin


class MachineryAdmin(ReadOnlyAdmin):
    """Rows that only the machinery writes, for those who look after it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the index lists this app."""
        return access_of(request.user).can("job.view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may look."""
        return access_of(request.user).can("job.view")


@admin.register(Job)
class JobAdmin(MachineryAdmin):
    """Long computations."""

    list_display = [
        "title",
        "kind",
        "status",
        "progress",
        "attempts",
        "worker_queue",
        "created_by",
        "created_at",
        "finished_at",
    ]
    list_filter = ["status", "kind", "worker_queue"]
    search_fields = ["title", "kind"]
    date_hierarchy = "created_at"
    list_select_related = ["created_by"]


@admin.register(OutboxMessage)
class OutboxMessageAdmin(MachineryAdmin):
    """Rings that are due or done."""

    list_display = ["job", "task_name", "created_at", "sent_at"]
    list_filter = ["task_name", ("sent_at", admin.EmptyFieldListFilter)]
    list_select_related = ["job"]
