"""Admin pages obey the same permissions as every other page, and show what was changed by whom."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wfm.org.access import access_of
from wfm.org.models import User

MOST_CHANGES = 100
EVENT_LABELS = {
    "insert": gettext_lazy("created"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("deleted"),
}
_HIDDEN_FIELDS = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "id"}


class OrgAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """Rows of one model. The permission of the object decides, not Django's own table.

    `view_permission` and `edit_permission` are names of wfm.org.access. A person sees the rows in
    their scope where the model knows a scope.
    """

    view_permission = "org.view"
    edit_permission = "org.edit"
    list_per_page = 100
    change_form_template = "org/admin_change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows in the person's scope."""
        queryset = super().get_queryset(request)
        visible_to = getattr(queryset, "visible_to", None)
        return visible_to(request.user) if visible_to else queryset

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the index lists this app."""
        return access_of(request.user).can(self.view_permission)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may look."""
        return access_of(request.user).can(self.view_permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether the person may add."""
        return access_of(request.user).can(self.edit_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may change."""
        return access_of(request.user).can(self.edit_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may delete; the database refuses what others still need."""
        return access_of(request.user).can(self.edit_permission)

    def get_urls(self) -> list[URLPattern]:
        """Add the page of changes."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_changes"
        view = self.admin_site.admin_view(self.changes_view)
        return [path("<path:object_id>/changes/", view, name=name), *super().get_urls()]

    def changes_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show who changed this row when, also where many rows were changed at once."""
        if not access_of(request.user).can("audit.view"):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": found,
            "title": _("Changes of {name}").format(name=found),
            "changes": changes_of(found),
            "back_url": reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id]
            ),
        }
        return TemplateResponse(request, "org/admin_changes.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer the page of changes to those who may read the audit."""
        found = kwargs.get("obj")
        if found is not None and access_of(request.user).can("audit.view"):
            context["changes_url"] = reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changes", args=[found.pk]
            )
        return super().render_change_form(request, context, *args, **kwargs)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """Rows that only the application writes: looked at, never edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes by hand."""
        return False


def changes_of(row: Model) -> list[dict[str, Any]]:
    """Return the newest changes of an audited row: when, who, what, from what to what."""
    event_model = getattr(type(row), "pgh_event_model", None)
    if event_model is None:
        return []
    events = list(
        event_model.objects.filter(pgh_obj_id=row.pk)
        .select_related("pgh_context")
        .order_by("-pgh_id")[: MOST_CHANGES + 1]
    )
    people = _people_of(events)
    return [
        {
            "at": event.pgh_created_at,
            "what": EVENT_LABELS.get(event.pgh_label, event.pgh_label),
            "by": people.get(_person_id(event), ""),
            "fields": _differences(event, before),
        }
        for event, before in zip(events, [*events[1:], None], strict=True)
    ][:MOST_CHANGES]


def _person_id(event: Any) -> int | None:
    metadata = event.pgh_context.metadata if event.pgh_context else None
    found = (metadata or {}).get("user")
    return found if isinstance(found, int) else None


def _people_of(events: list[Any]) -> dict[int | None, str]:
    wanted = {found for event in events if (found := _person_id(event)) is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)}


def _differences(event: Model, before: Model | None) -> list[dict[str, Any]]:
    found = []
    for field in event._meta.concrete_fields:  # noqa: SLF001 - _meta is Django's public way
        if field.name in _HIDDEN_FIELDS:
            continue
        new = getattr(event, field.attname)
        old = getattr(before, field.attname) if before is not None else None
        if before is None or new != old:
            found.append({"name": field.verbose_name, "old": old, "new": new})
    return found
