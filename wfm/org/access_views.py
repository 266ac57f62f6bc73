"""Who asks, and guards for pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from wfm.org.access import ALL_PERMISSIONS, access_of
from wfm.org.models import User

if TYPE_CHECKING:
    from rest_framework.request import Request

View = Callable[..., HttpResponseBase]


def person_of(request: HttpRequest | Request) -> User | None:
    """Return the person behind the request; an API key is none."""
    return request.user if isinstance(request.user, User) else None


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
