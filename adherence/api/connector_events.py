"""Sources send their own messages, as they make them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adherence.api.connector_auth import ConnectorAuthentication
from adherence.api.connector_serializers import TakenBodySerializer
from adherence.models import Connector
from adherence.services import EventStatus
from adherence.services.connectors import Taken, take_body
from wfm.integration.authentication import ApiKeyAuthentication
from wfm.org.access import access_of

MAX_BODY_BYTES = 5 * 1024 * 1024
MOST_RESULTS = 1000
FIREHOSE_REQUEST = "X-Amz-Firehose-Request-Id"


class BodyTooLarge(APIException):
    """413: the body is larger than we read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("A body may have 5 MB at most; send it in parts.")
    default_code = "body_too_large"


class ConnectorEventsView(APIView):
    """A source's own messages, as it sends them."""

    required_permission: ClassVar[dict[str, str]] = {"POST": "event.ingest"}
    authentication_classes = (
        ConnectorAuthentication,
        ApiKeyAuthentication,
        SessionAuthentication,
    )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too large before anything of it is read."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            raise BodyTooLarge
        super().initial(request, *args, **kwargs)

    @extend_schema(
        summary="Send a source's own messages",
        description=(
            "The body as the system makes it: agent events of Amazon Connect (single, many, one "
            "per line, records of Kinesis or Firehose), notifications of Genesys Cloud (also by "
            "EventBridge), rows of Avaya CMS, callbacks of Twilio TaskRouter (forms or CloudEvents)"
            ", notifications of Cisco Finesse (XML or JSON), CSV. An API key, the connector's "
            "secret (`?secret=`, or the access key of Firehose) or Twilio's signature opens it. "
            "Sent again, the same body changes nothing."
        ),
        parameters=[OpenApiParameter("secret", str, description="The connector's secret.")],
        request={
            "application/json": OpenApiTypes.OBJECT,
            "application/xml": OpenApiTypes.STR,
            "text/csv": OpenApiTypes.STR,
            "application/x-www-form-urlencoded": OpenApiTypes.OBJECT,
        },
        responses=TakenBodySerializer,
    )
    def post(self, request: Request, source: str) -> Response:
        """Take a body."""
        if not access_of(request.user).is_internal:
            raise PermissionDenied(
                _("Events are taken from our own systems, not from a client's key.")
            )
        connector = Connector.objects.filter(source=source, is_active=True).first()
        if connector is None:
            raise NotFound(_("There is no active connector %(source)r.") % {"source": source})
        received_at = now()
        taken = take_body(
            connector=connector, body=body_of(request._request), received_at=received_at  # noqa: SLF001 - DRF's documented way to Django's request
        )  # fmt: skip
        if taken.unreadable:
            # Not raised: an error would undo that the body's beginning is kept.
            return _refused(taken.unreadable)
        if FIREHOSE_REQUEST in request.headers:
            # Firehose takes no other answer as a yes.
            at_ms = int(received_at.timestamp() * 1000)
            return Response({"requestId": request.headers[FIREHOSE_REQUEST], "timestamp": at_ms})
        return Response(_result(taken) | {"received_at": received_at})


def body_of(request: HttpRequest) -> bytes:
    """The raw body; raises BodyTooLarge."""
    try:
        return request.body
    except RequestDataTooBig as error:
        raise BodyTooLarge from error


def _refused(sentence: str) -> Response:
    fault = {"code": "unreadable_body", "detail": sentence, "attr": None}
    return Response({"type": "client_error", "errors": [fault]}, status=status.HTTP_400_BAD_REQUEST)


def _result(taken: Taken) -> dict[str, Any]:
    return {
        "accepted": taken.count(EventStatus.ACCEPTED),
        "duplicates": taken.count(EventStatus.DUPLICATE),
        "quarantined": taken.count(EventStatus.QUARANTINED),
        "ignored": taken.ignored,
        "results": [
            {
                "event_uid": outcome.event_uid,
                "status": outcome.status,
                "is_late": outcome.is_late,
                "reason_code": outcome.reason_code,
                "reason": outcome.reason,
            }
            for outcome in taken.outcomes[:MOST_RESULTS]
        ],
    }
