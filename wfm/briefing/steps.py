"""The next step of each room, worst first; a room where all is well says so in one line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecasting.models import ForecastRun, ImportBatch, ImportStatus, IntervalActual
from forecasting.queries.runs import staleness as forecast_staleness
from reporting.models import SlaResult
from scheduling.models import TimeOff, TimeOffStatus
from scheduling.queries.versions import WeekRow, main_timezone, weeks
from scheduling.queries.versions import staleness as schedule_staleness
from staffing.models import RequirementRun
from staffing.queries.runs import staleness as requirement_staleness
from wfm.org.access import access_of
from wfm.web.formats import day_span, local_day, local_time

_ORDER = {"error": 0, "warning": 1, "info": 2, "done": 3}
WEEK = timedelta(days=7)
# History older than this makes every forecast a guess about a world that has moved on.
OLD_HISTORY = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One finding of the briefing with the page where it is mended."""

    room: str
    severity: str
    title: str
    text: str = ""
    action: str = ""
    url: str = ""


def next_steps(*, principal: object, at: datetime, today: date) -> list[Step]:
    """Return the steps of the rooms that this person may see, the most urgent first."""
    access = access_of(principal)
    rooms: list[tuple[str, Callable[[], Iterator[Step]]]] = [
        ("history.view", lambda: _history(principal, at)),
        ("forecast.view", lambda: _forecast(at)),
        ("staffing.view", lambda: _requirement(at)),
        ("schedule.view", lambda: _schedule(principal, today)),
        ("timeoff.approve", lambda: _time_off(principal)),
        ("sla.view", lambda: _service(principal, today)),
    ]
    found = [step for permission, steps in rooms if access.can(permission) for step in steps()]
    return sorted(found, key=lambda step: _ORDER[step.severity])


def _history(principal: object, at: datetime) -> Iterator[Step]:
    intervals = IntervalActual.objects.all().visible_to(principal)
    newest = intervals.order_by("-starts_at").values_list("starts_at", flat=True).first()
    waiting = ImportBatch.objects.filter(status=ImportStatus.CHECKED).count()
    if newest is None:
        yield Step(
            room=_("History"),
            severity="error",
            title=_("There is no history yet"),
            text=_("Every forecast begins with at least four weeks of it."),
            action=_("Import history"),
            url=reverse("history-upload"),
        )
    elif at - newest > OLD_HISTORY:
        yield Step(
            room=_("History"),
            severity="warning",
            title=_("The newest interval is from {moment}").format(moment=local_time(newest)),
            text=_("Forecasts do not know what happened since."),
            action=_("Import history"),
            url=reverse("history-upload"),
        )
    if waiting:
        yield Step(
            room=_("History"),
            severity="info",
            title=ngettext(
                "{count} import is checked and waits",
                "{count} imports are checked and wait",
                waiting,
            ).format(count=waiting),
            action=_("Look at the imports"),
            url=reverse("history-imports"),
        )


def _forecast(at: datetime) -> Iterator[Step]:
    published = ForecastRun.objects.all().published()
    # A short forecast that has ended leaves a longer one in force.
    run = published.filter(ends_at__gt=at).first()
    if run is None:
        ended = published.order_by("-ends_at").first()
        title = _("No forecast is published")
        if ended is not None:
            title = _("The published forecast ended on {day}").format(day=local_day(ended.ends_at))
        yield _missing(_("Forecast"), title, "forecast")
        return
    yield from _stale(
        _("Forecast"),
        _("Forecast #{pk} may be out of date").format(pk=run.pk),
        forecast_staleness(run),
        reverse("forecast-run", args=[run.pk]),
    )


def _requirement(at: datetime) -> Iterator[Step]:
    published = RequirementRun.objects.all().published().filter(forecast_run__ends_at__gt=at)
    run = published.select_related("forecast_run").first()
    if run is None:
        yield _missing(
            _("Staffing"), _("No requirement is published for the days ahead"), "staffing"
        )
        return
    yield from _stale(
        _("Staffing"),
        _("Requirement #{pk} may be out of date").format(pk=run.pk),
        requirement_staleness(run),
        reverse("requirement-run", args=[run.pk]),
    )


def _schedule(principal: object, today: date) -> Iterator[Step]:
    monday = today - timedelta(days=today.weekday())
    for week in weeks(monday, 2, timezone=main_timezone(today), principal=principal):
        yield from _week(week, is_this_week=week.starts_on == monday)


def _week(week: WeekRow, *, is_this_week: bool) -> Iterator[Step]:
    span = day_span(week.starts_on, week.last_date)
    if week.published is None:
        draft = next(iter(week.drafts), None)
        yield Step(
            room=_("Schedule"),
            severity="error" if is_this_week else "warning",
            title=_("{week} has no published schedule").format(week=span),
            text=_("A draft is ready to be looked at.") if draft else "",
            action=_("Open the draft") if draft else _("Go there"),
            url=reverse("schedule-version", args=[draft.pk]) if draft else reverse("schedule"),
        )
        return
    yield from _stale(
        _("Schedule"),
        _("The schedule of {week} may be out of date").format(week=span),
        schedule_staleness(week.published),
        reverse("schedule-version", args=[week.published.pk]),
    )


def _time_off(principal: object) -> Iterator[Step]:
    waiting = TimeOff.objects.all().visible_to(principal).filter(status=TimeOffStatus.REQUESTED)
    count = waiting.count()
    if count:
        yield Step(
            room=_("Schedule"),
            severity="info",
            title=ngettext(
                "{count} request for time off waits", "{count} requests for time off wait", count
            ).format(count=count),
            action=_("Decide"),
            url=reverse("schedule-time-off"),
        )


def _service(principal: object, today: date) -> Iterator[Step]:
    missed = (
        SlaResult.objects.all()
        .visible_to(principal)
        .filter(is_met=False, is_final=True, clause__isnull=False)
        .filter(ends_on__gt=today - WEEK, ends_on__lte=today)
    )
    queues = list(missed.values_list("queue__name", flat=True).distinct().order_by("queue__name"))
    if queues:
        yield Step(
            room=_("Reports"),
            severity="warning",
            title=ngettext(
                "{count} queue missed its SLA in the last seven days",
                "{count} queues missed their SLA in the last seven days",
                len(queues),
            ).format(count=len(queues)),
            text=", ".join(queues[:4]) + (" …" if len(queues) > 4 else ""),
            action=_("Open the report"),
            url=reverse("sla-report"),
        )


def _missing(room: str, title: str, name: str) -> Step:
    return Step(
        room=room,
        severity="error",
        title=title,
        text=_("What comes after it has nothing to build on."),
        action=_("Go there"),
        url=reverse(name),
    )


def _stale(room: str, title: str, reasons: list[str], url: str) -> Iterator[Step]:
    if reasons:
        yield Step(
            room=room,
            severity="warning",
            title=title,
            text=" ".join(reasons),
            action=_("Look at it"),
            url=url,
        )
