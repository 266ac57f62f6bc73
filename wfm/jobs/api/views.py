"""Jobs over REST."""

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from wfm.jobs.api.serializers import JobSerializer
from wfm.jobs.models import Job
from wfm.jobs.services import UnableToCancel, cancel_job
from wfm.web.api.errors import Conflict
from wfm.web.api.views import ReadViewSet


@extend_schema_view(
    list=extend_schema(summary="List jobs, newest first"),
    retrieve=extend_schema(summary="Ask where a job stands"),
)
class JobViewSet(ReadViewSet):
    """Long computations. Ask once a second at most; `Retry-After` says when."""

    queryset = Job.objects.all()
    serializer_class = JobSerializer
    filterset_fields = ("status", "kind")
    cursor_ordering = ("-pk",)
    required_permission = {"GET": "job.view", "POST": "job.cancel"}

    def retrieve(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Return one job; while it is open with the time to wait before asking again."""
        job = self.get_object()
        headers = {"Retry-After": "1"} if job.is_open else None
        return Response(self.get_serializer(job).data, headers=headers)

    @extend_schema(summary="Ask a job to stop", request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """Ask the job to stop. A solver keeps the best schedule it has found."""
        job = self.get_object()
        try:
            cancel_job(job=job, at=now())
        except UnableToCancel as error:
            raise Conflict(str(error)) from error
        job.refresh_from_db()
        return Response(self.get_serializer(job).data, status=202)
