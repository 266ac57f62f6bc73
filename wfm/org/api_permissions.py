"""Guards for the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views name this module in their settings
    from rest_framework.views import APIView

from wfm.org.access import access_of


def refuse_without(request: Request, permission: str) -> None:
    """Refuse what takes a further permission than the view's own, by its name."""
    if not access_of(request.user).can(permission):
        raise PermissionDenied(
            _("Your roles do not include '%(permission)s'.") % {"permission": permission}
        )


class HasPermission(BasePermission):
    """Ask the view's `required_permission`: one name, or a name per method.

    A view that names none is closed: forgetting is safe.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the principal (person or API key) holds the view's permission."""
        required = getattr(view, "required_permission", None)
        if isinstance(required, dict):
            method = "GET" if request.method in {"HEAD", "OPTIONS"} else str(request.method)
            required = required.get(method)
        if required is None:
            return False
        return access_of(request.user).can(required)
