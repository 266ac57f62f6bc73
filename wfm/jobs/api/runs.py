"""Runs over REST: their rows by interval, and their publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from wfm.jobs.publication import UnableToPublish
from wfm.org.access_views import person_of
from wfm.org.api.lookups import queue_of
from wfm.org.in_force import RunsInForce
from wfm.org.runs import Run
from wfm.timeline import day_bounds
from wfm.web.api.errors import Conflict
from wfm.web.api.fields import date_span, row_number
from wfm.web.api.idempotency import IdempotentMixin
from wfm.web.api.views import ListViewSet, ReadViewSet

DEFAULT_DAYS = 7
_Run = TypeVar("_Run", bound=Run)


class RunViewSet(IdempotentMixin, ReadViewSet):
    """Runs of a room, newest first; a published one is final."""

    cursor_ordering = ("-pk",)

    def published(self, publish: Callable[..., Run]) -> Response:
        """Make the run final; 409 where it is not complete, empty or final already."""
        try:
            run = publish(
                run=self.get_object(), published_at=now(), published_by=person_of(self.request)
            )
        except UnableToPublish as error:
            raise Conflict(str(error)) from error
        return Response(self.get_serializer(run).data)


class RunRowViewSet(ListViewSet):
    """What runs say of one queue by interval, in the queue's own days."""

    run_model: type[Run]
    in_force: RunsInForce
    filter_backends = ()
    cursor_ordering = ("starts_at", "pk")

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows of one queue: of the run named, else those in force."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        queue = queue_of(self.request, self.request.query_params.get("queue", ""))
        run = named_run(self.request, self.run_model)
        first, last = date_span(self.request, default_days=DEFAULT_DAYS, today=now().date())
        if run is None:
            found = self.in_force.on(queue, first_date=first, last_date=last)
            return rows.filter(pk__in=self.in_force.rows(found))
        return rows.filter(
            run=run,
            queue=queue,
            starts_at__gte=day_bounds(first, queue.timezone).starts_at,
            starts_at__lt=day_bounds(last, queue.timezone).ends_at,
        )


def named_run(request: Request, model: type[_Run]) -> _Run | None:
    """Return the run that `run` names; None where it is left out."""
    named = request.query_params.get("run", "")
    if not named:
        return None
    number = row_number(named)
    visible = model._default_manager.all().visible_to(request.user)  # type: ignore[attr-defined] # noqa: SLF001 - Django's name
    run: _Run | None = None if number is None else visible.filter(pk=number).first()
    if run is None:
        kind = model._meta.verbose_name  # noqa: SLF001 - _meta is Django's public way
        raise NotFound(_("There is no %(kind)s %(pk)s.") % {"kind": kind, "pk": named})
    return run
