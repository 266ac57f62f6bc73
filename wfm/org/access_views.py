"""Guards for pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from wfm.org.access import ALL_PERMISSIONS, access_of

View = Callable[..., HttpResponseBase]


def require(permission: str) -> Callable[[View], View]:
    """Let only people with the permission in; others get a 403 with its name."""
    if permission not in ALL_PERMISSIONS:
        msg = f"Unknown permission {permission!r}."
        raise ValueError(msg)

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not access_of(request.user).can(permission):
                msg = f"Your roles do not include {permission!r}."
                raise PermissionDenied(msg)
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
