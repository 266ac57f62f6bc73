"""Pages of a finished schedule: reasons, prices of rules, planning again, service and comfort."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from scheduling.forms_after import ReoptimiseForm
from scheduling.jobs_after import start_reoptimise, start_rule_prices
from scheduling.models import ScheduleVersion
from scheduling.queries.after import (
    KIND_OF_CURVE,
    KIND_OF_PRICES,
    is_current,
    latest_job,
    latest_result,
)
from scheduling.queries.board import coverage
from scheduling.queries.comfort import version_comfort
from scheduling.rule_texts import AWAY, CAUSES, CHANGES, OFFERS, RULES, STEPS
from scheduling.services import UnableToEdit, UnableToSolve
from scheduling.services.errors import UnableToExplain
from wfm.jobs.models import Job
from wfm.org.access_views import person_of, require
from wfm.org.models import Agent, Queue

if TYPE_CHECKING:
    from types import ModuleType

MOST_PERSONS = 8
MINUTES_PER_HOUR = 60
STEP = timedelta(minutes=15)


def _reasons() -> ModuleType:
    """Load the compiled loops with the first question, not with the web process."""
    from scheduling.services import reasons  # noqa: PLC0415 - numba stays out of the start

    return reasons


def _version(request: HttpRequest, pk: int) -> ScheduleVersion:
    queryset = ScheduleVersion.objects.all().visible_to(request.user).select_related("job")
    return get_object_or_404(queryset, pk=pk)


# -- why -----------------------------------------------------------------------------------------


@require_GET
@require("schedule.view")
def why_shortest(request: HttpRequest, pk: int) -> HttpResponse:
    """The intervals that lack most people, each a question, as a fragment."""
    version = _version(request, pk)
    covered = coverage(version)
    seen = set(Queue.objects.visible_to(request.user).values_list("pk", flat=True))
    found = [
        (float(missing[slot]), queue, int(slot))
        for queue in covered.queues
        if queue.pk in seen
        for missing in [covered.required[queue.pk] - covered.staffed[queue.pk]]
        for slot in np.argsort(-missing, kind="stable")[:MOST_PERSONS]
        if missing[slot] > 0
    ]
    rows = [
        {
            "queue": queue,
            "missing": missing,
            "starts_at": covered.starts_at + STEP * slot,
            "epoch": int((covered.starts_at + STEP * slot).timestamp()),
        }
        for missing, queue, slot in sorted(found, key=lambda row: -row[0])[:MOST_PERSONS]
    ]
    return render(
        request, "scheduling/after/_why_shortest.html", {"version": version, "rows": rows}
    )


@require_GET
@require("schedule.view")
def why_interval(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a queue is short in an interval, as a fragment."""
    version = _version(request, pk)
    queue = get_object_or_404(Queue.objects.visible_to(request.user), pk=_whole(request, "queue"))
    at = datetime.fromtimestamp(_whole(request, "at"), tz=UTC)
    context: dict[str, Any] = {"version": version, "queue": queue}
    reasons = _reasons()
    try:
        found = reasons.why_interval(version=version, queue=queue, at=at, principal=request.user)
    except UnableToExplain as error:
        return render(request, "scheduling/after/_why_interval.html", context | {"problem": error})
    persons = [
        {
            "agent": person.agent,
            "text": AWAY[person.away],
            "rule": RULES.get(person.rule, person.rule),
            "extra_cost": person.extra_cost,
        }
        for person in reasons.shown(found.persons, MOST_PERSONS)
    ]
    context |= {
        "found": found,
        "cause": CAUSES[str(found.reason.cause)],
        "persons": persons,
        "more": len(found.persons) - len(persons) + found.hidden,
        "kept_away": [(RULES.get(key, key), count) for key, count in found.kept_away.items()],
    }
    return render(request, "scheduling/after/_why_interval.html", context)


@require_GET
@require("schedule.view")
def why_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Why an agent works this shift on a day, and what a wish would have cost, as a fragment."""
    version = _version(request, pk)
    agent = get_object_or_404(Agent.objects.visible_to(request.user), pk=_whole(request, "agent"))
    day = _day(request, "date")
    context: dict[str, Any] = {"version": version, "agent": agent, "day": day}
    reasons = _reasons()
    try:
        found = reasons.why_day(version=version, agent=agent, day=day, principal=request.user)
        context["found"] = found
        if version.unplaced.filter(agent=agent).exists():
            clash = reasons.clash_of(version=version, agent=agent, principal=request.user)
            context["clash"] = clash and _clash(version, clash)
        if request.GET.get("wish"):
            wish = _wish(request, day, reasons)
            context["wish"] = reasons.cost_of_wish(
                version=version, agent=agent, wish=wish, principal=request.user
            )
            context["wish_rule"] = RULES.get(context["wish"].rule, context["wish"].rule)
            context["asked"] = request.GET
    except UnableToExplain as error:
        context["problem"] = error
    return render(request, "scheduling/after/_why_day.html", context)


def _clash(version: ScheduleVersion, clash: Any) -> dict[str, Any]:
    """The rules that cannot be kept together, in words."""

    def words(items: Any) -> list[str]:
        days = [version.starts_on + timedelta(days=item.day or 0) for item in items]
        return [
            str(RULES.get(item.key, item.key))
            + ("" if item.day is None else f" {date_format(day, 'SHORT_DATE_FORMAT')}")
            for item, day in zip(items, days, strict=True)
        ]

    return {
        "rules": words(clash.items),
        "is_smallest": clash.is_smallest,
        "give_up": words(clash.give_up),
        "is_fewest": clash.is_fewest,
    }


def _wish(request: HttpRequest, day: date, reasons: ModuleType) -> Any:
    if request.GET["wish"] == "off":
        return reasons.WishedDay(date=day, works=False)
    try:
        moment = datetime.strptime(request.GET.get("start", ""), "%H:%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise Http404(f"Expected a start as HH:MM, got {request.GET.get('start')!r}.") from error
    minute = moment.hour * MINUTES_PER_HOUR + moment.minute
    return reasons.WishedDay(date=day, earliest_start_minute=minute, latest_start_minute=minute)


def _whole(request: HttpRequest, name: str) -> int:
    asked = request.GET.get(name, "")
    if not asked.isdecimal():
        raise Http404(f"Expected a number as {name}, got {asked!r}.")
    return int(asked)


def _day(request: HttpRequest, name: str) -> date:
    asked = request.GET.get(name, "")
    try:
        found = parse_date(asked)
    except ValueError:
        found = None
    if found is None:
        raise Http404(f"Expected a date as {name}, got {asked!r}.")
    return found


# -- prices of rules -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@require("schedule.view")
def rule_prices(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What each rule costs; a worker computes it."""
    version = _version(request, pk)
    if request.method == "POST":
        return _start_prices(request, version)
    job = latest_job(version, KIND_OF_PRICES)
    done = latest_result(version, KIND_OF_PRICES)
    context: dict[str, Any] = {"version": version, "job": job if job and job.is_open else None}
    if job is not None and not job.is_open and job != done:
        context["failed"] = job
    if done is not None:
        context |= {
            "result": done.result,
            "done": done,
            "is_current": is_current(version, done.result),
            "rows": [
                {
                    **row,
                    "name": RULES.get(row["rule"], row["rule"]),
                    "step": STEPS.get(row["rule"], ""),
                }
                for row in done.result["prices"]
            ],
        }
    return render(request, "scheduling/after/rule_prices.html", context)


@require("schedule.run")
def _start_prices(request: HttpRequest, version: ScheduleVersion) -> HttpResponse:
    try:
        start_rule_prices(version=version, created_by=person_of(request))
    except UnableToSolve as error:
        messages.error(request, str(error))
    return redirect("schedule-rule-prices", version.pk)


# -- planning again ------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@require("schedule.view")
def reoptimise(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is away and what a change counts; the curve, and the offers beside it."""
    version = _version(request, pk)
    form = ReoptimiseForm(request.POST or None, version=version, principal=request.user)
    if request.method == "POST" and form.is_valid() and _start_curve(request, version, form):
        return redirect("schedule-reoptimise", version.pk)
    job, done = latest_job(version, KIND_OF_CURVE), latest_result(version, KIND_OF_CURVE)
    context: dict[str, Any] = {
        "version": version,
        "form": form,
        "job": job if job and job.is_open else None,
    }
    if job is not None and not job.is_open and job != done:
        context["failed"] = job
    if done is not None:
        context |= _curve(request, version, done)
    return render(request, "scheduling/after/reoptimise.html", context)


def _start_curve(request: HttpRequest, version: ScheduleVersion, form: ReoptimiseForm) -> bool:
    @require("schedule.run")
    def start(request: HttpRequest) -> HttpResponse:
        start_reoptimise(
            version=version, options=form.options(), at=now(), created_by=person_of(request)
        )
        return HttpResponse()

    try:
        start(request)
    except UnableToSolve as error:
        form.add_error(None, ValidationError(str(error)))
        return False
    return True


def _curve(request: HttpRequest, version: ScheduleVersion, done: Job) -> dict[str, Any]:
    result = done.result
    points = [
        {
            "number": number,
            "count": point["count"],
            "people": point["people"],
            "change_price": point["change_price"],
            "short_hours": point["short_hours"],
            "recovered_share": point["recovered_share"],
            "kinds": [(CHANGES[kind], count) for kind, count in sorted(point["by_kind"].items())],
        }
        for number, point in enumerate(result["points"])
    ]
    return {
        "done": done,
        "result": result,
        "is_current": is_current(version, result),
        "points": points,
        "lost": len(result["lost"]),
        "picture": _picture(points),
        "overtime": _offers(request, result["offers"]["overtime"]),
        "time_off": _offers(request, result["offers"]["time_off"]),
    }


def _picture(points: list[dict[str, Any]]) -> dict[str, Any]:
    """The curve in a box of 600 by 240: changes across, hours short upwards."""
    most = max((point["count"] for point in points), default=0) or 1
    top = max((point["short_hours"] for point in points), default=0) or 1
    low = min((point["short_hours"] for point in points), default=0)
    height = (top - low) or 1
    placed = [
        {
            **point,
            "x": round(60 + 520 * point["count"] / most, 1),
            "y": round(20 + 180 * (1 - (point["short_hours"] - low) / height), 1),
        }
        for point in points
    ]
    return {
        "points": placed,
        "line": " ".join(f"{point['x']},{point['y']}" for point in placed),
        "most": most,
        "top": top,
        "low": low,
    }


def _offers(request: HttpRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    people = Agent.objects.visible_to(request.user).in_bulk({row["agent"] for row in rows})
    return [
        {
            **row,
            "number": number,
            "agent": people[row["agent"]],
            "kind": OFFERS[row["kind"]],
            "date": date.fromisoformat(row["date"]),
            "starts_at": datetime.fromtimestamp(row["times"][0], tz=UTC),
            "ends_at": datetime.fromtimestamp(row["times"][1], tz=UTC),
        }
        for number, row in enumerate(rows)
        if row["agent"] in people
    ]


@require_POST
@require("schedule.edit")
def pick(request: HttpRequest, pk: int, job: int) -> HttpResponse:
    """Make a draft of a point of the curve."""
    from scheduling.services.repick import draft_of_point  # noqa: PLC0415

    version = _version(request, pk)
    found = get_object_or_404(Job, pk=job, kind=KIND_OF_CURVE, params__version_id=version.pk)
    number = request.POST.get("point", "")
    if not number.isdecimal():
        raise Http404(f"Expected a number as point, got {number!r}.")
    try:
        draft = draft_of_point(job=found, number=int(number), created_by=person_of(request))
    except UnableToEdit as error:
        messages.error(request, str(error))
        return redirect("schedule-reoptimise", pk)
    return redirect("schedule-version", draft.pk)


# -- service and comfort -------------------------------------------------------------------------


@require_GET
@require("schedule.view")
def service(request: HttpRequest, pk: int) -> HttpResponse:
    """Predicted service per queue and day, comfort per agent."""
    from scheduling.queries.predicted import predicted_service  # noqa: PLC0415 - staffing's loops

    version = _version(request, pk)
    seen = set(Queue.objects.visible_to(request.user).values_list("pk", flat=True))
    context = {
        "version": version,
        "queues": [row for row in predicted_service(version) if row.queue.pk in seen],
        "comfort": version_comfort(version, request.user),
    }
    return render(request, "scheduling/after/service.html", context)
