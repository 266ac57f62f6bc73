"""Who logs in, their roles and invitations."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of
from wfm.org.admin.base import OrgAdmin
from wfm.org.models import Invitation, Role, RoleGrant, User

admin.site.unregister(Group)  # roles take their place


class RoleGrantInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs only
    """Roles of one person."""

    model = RoleGrant
    extra = 0
    autocomplete_fields = ["role", "client", "team"]


@admin.register(User)
class UserAdmin(OrgAdmin, DjangoUserAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """People who log in. Only who may edit roles may give them or open the admin to somebody."""

    view_permission = "people.view"
    edit_permission = "role.edit"
    list_display = ["display_name", "email", "agent", "is_active", "last_login"]
    list_filter = ["is_active", "is_superuser", "role_grants__role"]
    search_fields = ["display_name", "email"]
    ordering = ["display_name"]
    autocomplete_fields = ["agent"]
    list_select_related = ["agent"]
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("display_name", "agent", "language", "theme", "timezone")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "display_name", "usable_password", "password1", "password2")}),
    )
    inlines = [RoleGrantInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only a superuser makes another one."""
        is_superuser = bool(getattr(request.user, "is_superuser", False))
        return [] if is_superuser else ["is_staff", "is_superuser"]


@admin.register(Role)
class RoleAdmin(OrgAdmin):
    """Roles; the matrix under Settings is the better page to edit them."""

    view_permission = "role.view"
    edit_permission = "role.edit"
    list_display = ["name", "key", "is_builtin", "is_internal"]
    list_filter = ["is_builtin", "is_internal"]
    search_fields = ["name", "key"]

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """Built-in roles are refreshed at each upgrade."""
        is_fixed = obj is not None and obj.is_builtin
        return not is_fixed and access_of(request.user).can(self.edit_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """Built-in roles stay."""
        return self.has_change_permission(request, obj)


@admin.register(RoleGrant)
class RoleGrantAdmin(OrgAdmin):
    """Who holds which role where."""

    view_permission = "people.view"
    edit_permission = "role.edit"
    list_display = ["user", "role", "client", "team"]
    list_filter = ["role", "client", "team"]
    search_fields = ["user__display_name", "user__email"]
    autocomplete_fields = ["user", "role", "client", "team"]
    list_select_related = ["user", "role", "client", "team"]


@admin.register(Invitation)
class InvitationAdmin(OrgAdmin):
    """Invitations are sent from the People page; here they are only read."""

    view_permission = "people.invite"
    edit_permission = "people.invite"
    list_display = ["email", "role", "invited_by", "created_at", "expires_at", "accepted_at"]
    list_filter = ["role", ("accepted_at", admin.EmptyFieldListFilter)]
    search_fields = ["email", "display_name"]
    exclude = ["token_sha256"]
    list_select_related = ["role", "invited_by"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only the page knows the token to send."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An invitation is replaced, not edited."""
        return False
