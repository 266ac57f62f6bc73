"""The history over REST: imports, single intervals, special days."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from forecasting.api import serializers
from forecasting.jobs import start_import
from forecasting.models import ImportBatch, SpecialDay
from forecasting.services import (
    ActualRow,
    MappingChoice,
    UnableToImport,
    UnableToSetSpecialDay,
    create_import,
    record_actuals,
    set_mapping,
    set_special_day,
)
from forecasting.services.imports import mapping_problems
from wfm.org.access_views import person_of
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import JobReferenceSerializer, ReadViewSet, accepted


@extend_schema_view(
    list=extend_schema(summary="List imports, newest first"),
    retrieve=extend_schema(summary="Get one import with its findings"),
)
class ImportViewSet(IdempotentMixin, ReadViewSet):
    """Files of history: all of a file is recorded or nothing."""

    queryset = ImportBatch.objects.prefetch_related("findings")
    serializer_class = serializers.ImportBatchSerializer
    parser_classes = (MultiPartParser,)
    filterset_fields = ("status", "kind")
    cursor_ordering = ("-pk",)
    required_permission = {"GET": "history.view", "POST": "history.import"}

    @extend_schema(
        summary="Import a file",
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={202: JobReferenceSerializer},
    )
    def create(self, request: Request) -> Response:
        """Upload a file; the job reads it and records its rows unless one of them is wrong."""
        asked = serializers.UploadSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        try:
            batch = create_import(
                upload=data["file"],
                kind=data["kind"],
                queue=data.get("queue"),
                created_by=person_of(request),
            )
            batch = set_mapping(
                batch=batch,
                choice=_choice(batch, data),
                queue=data.get("queue"),
                chosen_by=person_of(request),
            )
        except UnableToImport as error:
            raise ValidationError({"file": str(error)}) from error
        if problems := mapping_problems(batch):
            raise ValidationError({"columns": problems})
        start_import(batch=batch, apply=data["apply"], created_by=person_of(request))
        assert batch.job is not None
        return accepted(batch.job)


def _choice(batch: ImportBatch, data: dict[str, Any]) -> MappingChoice:
    """What the caller said; the guess for the rest."""
    guess = batch.mapping
    return MappingChoice(
        columns=data.get("columns", guess["columns"]),
        date_order=data.get("date_order", guess["date_order"]),
        decimal=data.get("decimal", guess["decimal"]),
        split_coarse=data["split_coarse"] or bool(guess["split_coarse"]),
        threshold_seconds=data.get("threshold_seconds") or guess["threshold_seconds"],
    )


class ActualViewSet(IdempotentMixin, ViewSet):
    """Single intervals as they happened, for systems that report by themselves."""

    required_permission = {"POST": "history.import"}

    @extend_schema(
        summary="Record intervals",
        request=serializers.ActualsSerializer,
        responses={200: serializers.RecordResultSerializer},
    )
    def create(self, request: Request) -> Response:
        """Add new intervals and correct those that differ; sent twice they change nothing."""
        asked = serializers.ActualsSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        rows = [
            ActualRow(queue_id=row.pop("queue").pk, **row) for row in asked.validated_data["rows"]
        ]
        result = record_actuals(rows=rows)
        return Response(serializers.RecordResultSerializer(result).data)


@extend_schema_view(
    list=extend_schema(summary="List special days"),
    retrieve=extend_schema(summary="Get one special day"),
)
class SpecialDayViewSet(IdempotentMixin, ReadViewSet):
    """Dates that are left out of the history, closed, or a share of a usual day."""

    queryset = SpecialDay.objects.all()
    serializer_class = serializers.SpecialDaySerializer
    filterset_fields = ("queue", "kind")
    cursor_ordering = ("-date", "-pk")
    required_permission = {
        "GET": "history.view", "POST": "history.edit", "DELETE": "history.edit",
    }  # fmt: skip

    @extend_schema(summary="Declare a date special")
    def create(self, request: Request) -> Response:
        """Declare a date special; one that already is gets the new meaning."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        try:
            day = set_special_day(
                queue=data["queue"],
                on_date=data["date"],
                kind=data["kind"],
                name=data["name"],
                factor=data.get("factor"),
            )
        except UnableToSetSpecialDay as error:
            raise ValidationError(str(error)) from error
        return Response(self.get_serializer(day).data, status=201)

    @extend_schema(summary="Make a date ordinary again")
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Delete it; the next forecast takes the date for an ordinary day."""
        self.get_object().delete()
        return Response(status=204)
