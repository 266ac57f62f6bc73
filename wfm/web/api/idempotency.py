"""POST with an Idempotency-Key happens once, however often it is sent.

The answer is kept in the same transaction as what the request wrote: either both are there or
neither. A second request that arrives while the first is running waits for it, then gets its
answer. Errors are not kept, so that a corrected or repeated request can succeed. Kept for 24 hours
per principal.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from wfm.integration.models import IdempotencyRecord, principal_name
from wfm.web.api.errors import IdempotencyKeyReused

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
MAX_KEY_LENGTH = 200
KEPT_HEADERS = ("Location", "Retry-After", "ETag")


class _AlreadyAnswered(Exception):  # noqa: N818 - control flow inside this module
    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__()
        self.record = record


class IdempotentMixin:
    """Makes the view's POST repeatable; set `idempotency_key_required` where a repeat would hurt."""

    idempotency_key_required = False
    _idempotency_record: IdempotencyRecord | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication and permission: claim the key or answer as before."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method != "POST":
            return
        key = request.headers.get(HEADER, "").strip()
        if not key and self.idempotency_key_required:
            raise ValidationError({HEADER: _("This header is required.")})
        if len(key) > MAX_KEY_LENGTH:
            raise ValidationError({HEADER: _("Expected at most 200 characters.")})
        if key:
            self._idempotency_record = _claim(request, key)

    def handle_exception(self, error: Exception) -> Response:
        """Turn an answer given before into the response."""
        if isinstance(error, _AlreadyAnswered):
            return _replay(error.record)
        return super().handle_exception(error)  # type: ignore[misc,no-any-return]

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep a successful answer beside what was written."""
        final = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if self._idempotency_record is not None and status.is_success(response.status_code):
            _keep(self._idempotency_record, response)
        return final  # type: ignore[no-any-return]


def _claim(request: Request, key: str) -> IdempotencyRecord:
    principal = request.user
    digest = _digest(request)
    at = now()
    mine = IdempotencyRecord.objects.visible_to(principal)
    mine.filter(created_at__lt=at - KEPT_FOR).delete()
    record = IdempotencyRecord(
        principal=principal_name(principal),
        client_id=getattr(principal, "client_id", None),
        key=key,
        request_sha256=digest,
        created_at=at,
    )
    # Waits here while another transaction holds the same key; then its row is visible.
    IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
    record = mine.get(key=key)
    if record.request_sha256 != digest:
        raise IdempotencyKeyReused
    if record.status_code is not None:
        raise _AlreadyAnswered(record)
    return record


def _digest(request: Request) -> str:
    content_type = request.content_type or ""
    # The body of an upload may be large and streams to disk; its length stands for it.
    is_upload = content_type.startswith("multipart/")
    body = b"" if is_upload else request._request.body  # noqa: SLF001 - DRF's documented way to Django's request
    parts = [
        str(request.method).encode(),
        request.get_full_path().encode(),
        content_type.partition(";")[0].encode(),
        request.headers.get("Content-Length", "").encode() if is_upload else b"",
        body,
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _keep(record: IdempotencyRecord, response: Response) -> None:
    record.status_code = response.status_code
    record.body = b"" if response.data is None else JSONRenderer().render(response.data)
    record.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    record.save(update_fields=["status_code", "body", "headers"])


def _replay(record: IdempotencyRecord) -> Response:
    body = bytes(record.body)
    return Response(
        json.loads(body) if body else None,
        status=record.status_code,
        headers={**record.headers, "Idempotent-Replayed": "true"},
    )
