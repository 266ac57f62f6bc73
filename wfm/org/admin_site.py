"""The admin site: who may edit the organisation comes in, through the product's own login."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of

ADMIN_PERMISSIONS = ("org.edit", "people.edit", "role.edit", "audit.view")


class OrgAdminSite(AdminSite):
    """Django's admin with our permissions."""

    site_title = _("Administration")
    site_header = _("Workforce: administration")
    index_title = _("Everything that is set up")
    site_url = "/settings/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the person may use the admin at all; each page asks for more."""
        access = access_of(request.user)
        may_something = any(access.can(name) for name in ADMIN_PERMISSIONS)
        return request.user.is_active and access.is_internal and may_something

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Use the product's login page; it throttles."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
