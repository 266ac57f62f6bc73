"""Base classes of the rooms' API views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from rest_framework import mixins, serializers, status
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

if TYPE_CHECKING:
    from wfm.jobs.models import Job

RETRY_AFTER_SECONDS = 1


class VisibleQuerysetMixin:
    """Limits every row that a view offers to what the principal may see.

    Another tenant's id is therefore not found (404), never forbidden (403): the answer does not
    tell whether it exists. Row-level security stands behind it.
    """

    def get_queryset(self) -> QuerySet[Model]:
        """Return the view's queryset, `.visible_to` the principal."""
        queryset = super().get_queryset()  # type: ignore[misc]
        return queryset.visible_to(self.request.user)  # type: ignore[attr-defined,no-any-return]


class ListViewSet(VisibleQuerysetMixin, mixins.ListModelMixin, GenericViewSet[Any]):
    """Rows in cursor pages."""


class ReadViewSet(
    VisibleQuerysetMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, GenericViewSet[Any]
):
    """Rows in cursor pages and one by id."""


class JobReferenceSerializer(serializers.Serializer[Any]):
    """Where a started computation can be watched."""

    job_id = serializers.IntegerField(help_text="Number of the job.")
    job_url = serializers.CharField(help_text="Ask here for status, progress and result.")


def accepted(job: Job) -> Response:
    """Return 202 with the job's address, for work that goes on after the answer."""
    url = reverse("api-job", kwargs={"pk": job.pk})
    return Response(
        {"job_id": job.pk, "job_url": url},
        status=status.HTTP_202_ACCEPTED,
        headers={"Location": url, "Retry-After": str(RETRY_AFTER_SECONDS)},
    )
