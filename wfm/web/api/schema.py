"""How the API describes itself: one error component, and the headers that our mixins read."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from wfm.web.api.idempotency import HEADER, IdempotentMixin
from wfm.web.api.preconditions import EDITS, IfMatchMixin, NotModifiedMixin


class ErrorSerializer(serializers.Serializer[Any]):
    """One fault."""

    code = serializers.CharField(help_text="Stable name of the fault, for programs.")
    detail = serializers.CharField(help_text="A sentence, for people.")
    attr = serializers.CharField(allow_null=True, help_text="The field at fault, if it is one.")


class ErrorResponseSerializer(serializers.Serializer[Any]):
    """Every answer that is not a success."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorSerializer(many=True)  # type: ignore[assignment] # DRF takes fields out of the class


_MEANINGS = {
    "304": "Nothing has changed since the ETag in If-None-Match.",
    "400": "The request cannot be read, or a field is wrong; every faulty field is named.",
    "401": "No key or session, or one that is not valid.",
    "403": "The key or person lacks the permission for this.",
    "404": "There is no such thing, or it belongs to another client.",
    "409": "The present state does not allow this.",
    "412": "The thing has changed since the ETag in If-Match.",
    "422": "The Idempotency-Key was used for another request.",
    "428": "If-Match is missing.",
    "429": "Too many requests; Retry-After says when to come back.",
}


class OneErrorSchema(AutoSchema):
    """Adds to each operation the answers and headers that follow from how its view is made."""

    def get_override_parameters(self) -> list[Any]:
        """Describe the headers of IdempotentMixin, IfMatchMixin and NotModifiedMixin."""
        found = []
        if self.method == "POST" and isinstance(self.view, IdempotentMixin):
            found.append(
                _header(
                    HEADER,
                    "Any text that is unique to this act. Sent again, the first answer is repeated.",
                    required=self.view.idempotency_key_required,
                )
            )
        if self.method in EDITS and isinstance(self.view, IfMatchMixin):
            found.append(_header("If-Match", "ETag of the version that you edit.", required=True))
        if self.method == "GET" and isinstance(self.view, NotModifiedMixin):
            found.append(_header("If-None-Match", "ETag that you have; 304 when it is current."))
        return found

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction=direction)
        if direction == "response":
            for code in self._other_codes():
                if code not in bodies:
                    bodies[code] = self._response(code)
        return dict(sorted(bodies.items()))

    def _response(self, code: str) -> dict[str, Any]:
        body = None if code == "304" else ErrorResponseSerializer
        answer = OpenApiResponse(response=body, description=_MEANINGS[code])
        described: dict[str, Any] = self._get_response_for_code(answer, code)  # type: ignore[no-untyped-call]
        return described

    def _other_codes(self) -> list[str]:
        is_open = all(isinstance(item, AllowAny) for item in self.view.get_permissions())
        codes = ["400"] if is_open else ["400", "401", "403"]
        if self.view.get_throttles():
            codes.append("429")
        # A cursor that cannot be read is answered 404 as well.
        if "{" in self.path or getattr(self.view, "pagination_class", None):
            codes.append("404")
        if self.method in {"POST", *EDITS}:
            codes.append("409")
        if self.method == "GET" and isinstance(self.view, NotModifiedMixin):
            codes.append("304")
        if self.method == "POST" and isinstance(self.view, IdempotentMixin):
            codes.append("422")
        if self.method in EDITS and isinstance(self.view, IfMatchMixin):
            codes += ["412", "428"]
        return codes


def _header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description=description,
        required=required,
    )
