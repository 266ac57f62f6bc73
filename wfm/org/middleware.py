"""Each request is one transaction that sees what its person may see."""

import zoneinfo
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from wfm.org.access import access_of
from wfm.org.tenancy import set_tenant

GetResponse = Callable[[HttpRequest], HttpResponse]


class TenantMiddleware:
    """Wrap the request in a transaction with the person's tenant.

    A view that raises rolls back, also when the error becomes a 403 or 404 page. DRF turns errors
    into responses itself; its exception handler marks the rollback.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the transaction, set the tenant, answer."""
        with transaction.atomic():
            set_tenant(access_of(request.user))
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Undo what the view wrote before it raised."""
        transaction.set_rollback(True)


class PersonMiddleware:
    """Use the person's language and time zone where they have chosen one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate both for this request."""
        user = request.user
        language = getattr(user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        zone = getattr(user, "timezone", "") or "UTC"
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            return self.get_response(request)
