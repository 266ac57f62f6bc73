"""ETags: reads answer 304 when nothing changed, edits carry If-Match so that none is lost."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from wfm.web.api.errors import PreconditionFailed, PreconditionRequired

EDITS = frozenset({"PUT", "PATCH", "DELETE"})


def etag_of(data: Any) -> str:
    """Return a strong ETag of what would be sent."""
    digest = hashlib.sha256(JSONRenderer().render(data)).hexdigest()
    return f'"{digest[:32]}"'


def _names(header: str, etag: str) -> bool:
    listed = [item.strip() for item in header.split(",")]
    return header.strip() == "*" or etag in [item.removeprefix("W/") for item in listed]


class NotModifiedMixin:
    """GET answers with an ETag, and 304 when If-None-Match names it."""

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Add the ETag of the data; empty the answer when the caller has it already."""
        final = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if request.method != "GET" or response.status_code != status.HTTP_200_OK:
            return final  # type: ignore[no-any-return]
        etag = etag_of(response.data)
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        if _names(request.headers.get("If-None-Match", ""), etag):
            response.status_code = status.HTTP_304_NOT_MODIFIED
            response.data = None
        return final  # type: ignore[no-any-return]


class IfMatchMixin(NotModifiedMixin):
    """PUT, PATCH and DELETE need If-Match with the ETag of the last GET of the object.

    The row is locked before the comparison: of two edits with the same ETag one wins, the other is
    answered 412. Without the header: 428.
    """

    def get_queryset(self) -> QuerySet[Model]:
        """Return the rows; locked when they are about to be edited."""
        queryset: QuerySet[Model] = super().get_queryset()  # type: ignore[misc]
        if self.request.method in EDITS:  # type: ignore[attr-defined]
            return queryset.select_for_update(of=("self",))
        return queryset

    def get_object(self) -> Model:
        """Return the object, with the caller's precondition checked."""
        found: Model = super().get_object()  # type: ignore[misc]
        request: Request = self.request  # type: ignore[attr-defined]
        if request.method in EDITS:
            header = request.headers.get("If-Match", "")
            if not header:
                raise PreconditionRequired
            if not _names(header, self.etag_of_object(found)):
                raise PreconditionFailed
        return found

    def etag_of_object(self, found: Model) -> str:
        """Return the ETag that a GET of the object would carry."""
        return etag_of(self.get_serializer(found).data)  # type: ignore[attr-defined]
