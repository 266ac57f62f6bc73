"""Errors of the API: one shape (drf-standardized-errors), one meaning per status.

{"type": "client_error", "errors": [{"code": "conflict", "detail": "…", "attr": null}]}
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response


class Conflict(APIException):
    """409: the state of the thing forbids the act, for example a double booking."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("The present state does not allow this.")
    default_code = "conflict"


class PreconditionFailed(APIException):
    """412: the thing has changed since the caller read it."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _("This has changed since you read it. Read it again, then edit.")
    default_code = "precondition_failed"


class PreconditionRequired(APIException):
    """428: an edit came without If-Match."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _("Send If-Match with the ETag that you read, so that no edit is lost.")
    default_code = "precondition_required"


class IdempotencyKeyReused(APIException):
    """422: the same Idempotency-Key came with another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("This Idempotency-Key was used for another request. Use a new one.")
    default_code = "idempotency_key_reused"


class WholeRequestRollsBack(ExceptionHandler):
    """The package's handler; whatever the request wrote before the error is undone."""

    def set_rollback(self) -> None:
        """Mark the transaction that the tenant middleware opened."""
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)


def exception_handler(error: Exception, context: Any) -> Response | None:
    """Turn an exception into the one error shape."""
    return WholeRequestRollsBack(error, context).run()
