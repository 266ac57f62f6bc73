"""Skills of a pool: who can do what, how many of each group a run asks for, and what they achieve."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from staffing.forms.skill_groups import GroupFormSet, initial_of
from staffing.models import Pool, RequirementPoolResult
from staffing.queries.pools import pools_with_queues
from staffing.queries.skill_groups import groups_of, latest_split, left_apart
from staffing.services.skill_groups import (
    UnableToGroup,
    set_skill_groups,
    take_groups_from_people,
)
from wfm.org.access_views import require
from wfm.org.models import Queue
from wfm.web.charts import Axis, Series, SeriesKey, TimeChart

GROUP_COLOURS: tuple[SeriesKey, ...] = ("1", "2", "3", "4", "6", "7", "8")


@require_GET
@require("staffing.view")
def skills(request: HttpRequest) -> HttpResponse:
    """Say of which pools the people can be grouped."""
    pools = list(pools_with_queues(principal=request.user).prefetch_related("skill_groups"))
    return render(request, "staffing/skills.html", {"pools": pools})


@require_GET
@require("staffing.view")
def pool_skills(request: HttpRequest, pk: int) -> HttpResponse:
    """One pool: its groups, and what the newest run says of them."""
    return _page(request, _pool(request, pk))


@require_POST
@require("staffing.edit")
def change_skills(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a pool the groups of the table."""
    pool = _pool(request, pk)
    formset = GroupFormSet(request.POST, form_kwargs={"queues": _live_queues(pool)})
    error = ""
    if formset.is_valid():
        terms = [found for form in formset if (found := form.terms()) is not None]
        try:
            made = set_skill_groups(pool=pool, groups=terms)
        except UnableToGroup as refusal:
            error = str(refusal)
        else:
            words = ngettext(
                "%(pool)s has %(count)s group now; compute the requirement anew.",
                "%(pool)s has %(count)s groups now; compute the requirement anew.",
                len(made),
            )
            messages.success(request, words % {"pool": pool, "count": len(made)})
            return redirect("staffing-pool-skills", pool.pk)
    return _page(request, pool, formset=formset, error=error, status=422)


@require_POST
@require("staffing.edit")
def skills_from_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a group of each set of skills that people have today."""
    pool = _pool(request, pk)
    try:
        taken = take_groups_from_people(pool=pool, on=localdate(), principal=request.user)
    except UnableToGroup as refusal:
        messages.error(request, str(refusal))
    else:
        words = ngettext(
            "%(count)s set of skills is a group now; compute the requirement anew.",
            "%(count)s sets of skills are groups now; compute the requirement anew.",
            len(taken.groups),
        )
        messages.success(request, words % {"count": len(taken.groups)})
        for note in taken.notes:
            messages.info(request, note)
    return redirect("staffing-pool-skills", pool.pk)


def _pool(request: HttpRequest, pk: int) -> Pool:
    return get_object_or_404(pools_with_queues(principal=request.user), pk=pk)


def _live_queues(pool: Pool) -> list[Queue]:
    return [member.queue for member in pool.members.all() if member.queue.is_live]


def _page(
    request: HttpRequest,
    pool: Pool,
    *,
    formset: Any = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    queues, groups = _live_queues(pool), list(groups_of(pool))
    if formset is None:
        formset = GroupFormSet(initial=initial_of(groups), form_kwargs={"queues": queues})
    context: dict[str, Any] = {
        "pool": pool,
        "queues": queues,
        "groups": groups,
        "deferred": [
            str(member.queue) for member in pool.members.all() if not member.queue.is_live
        ],
        "formset": formset,
        "error": error,
    }
    split = latest_split(pool, principal=request.user)
    context["apart"] = left_apart(pool, principal=request.user) if groups else None
    if split is not None:
        context |= _split_context(split, queues)
    return render(request, "staffing/pool_skills.html", context, status=status)


def _split_context(split: RequirementPoolResult, queues: list[Queue]) -> dict[str, Any]:
    figures = split.figures
    names = {queue["id"]: queue["name"] for queue in figures["queues"]}
    rows = [
        group | {"queue_names": ", ".join(names.get(pk, "") for pk in group["queue_ids"])}
        for group in figures["groups"]
    ]
    return {
        "split": split,
        "split_groups": rows,
        "above_pooled": _over(split.required_hours, figures["pooled_hours"]),
        "below_separate": _over(split.required_hours, split.separate_hours),
        "chart": _chart(split, queues[0].timezone if queues else UTC).payload(),
        "level_chart": _level_chart(split, queues[0].timezone if queues else UTC).payload(),
    }


def _over(hours: float, base: float) -> float | None:
    return hours / base - 1.0 if base else None


def _chart(split: RequirementPoolResult, tz: Any) -> TimeChart:
    figures = split.figures
    rows = figures["intervals"]
    groups = [
        Series(
            key=GROUP_COLOURS[number % len(GROUP_COLOURS)],
            label=group["name"],
            shape="step",
            values=group["heads"],
        )
        for number, group in enumerate(figures["groups"])
    ]
    return TimeChart(
        starts_at=_moments(rows),
        step_minutes=figures["step_minutes"],
        tz=tz,
        y=Axis(title=_("Agents"), minimum=0),
        series=[
            Series(key="required", label=_("All groups"), shape="step", values=rows["agents"]),
            Series(
                key="baseline",
                label=_("If all could do all"),
                shape="step",
                values=rows["pooled_agents"],
                dashed=True,
            ),
            Series(
                key="5",
                label=_("Each queue apart"),
                shape="step",
                values=rows["separate_agents"],
                dashed=True,
            ),
            *groups,
        ],
    )


def _level_chart(split: RequirementPoolResult, tz: Any) -> TimeChart:
    figures = split.figures
    return TimeChart(
        starts_at=_moments(figures["intervals"]),
        step_minutes=figures["step_minutes"],
        tz=tz,
        y=Axis(title=_("Share"), unit="%", minimum=0, maximum=1),
        series=[
            Series(
                key=GROUP_COLOURS[number % len(GROUP_COLOURS)],
                label=queue["name"],
                values=queue["levels"],
            )
            for number, queue in enumerate(figures["queues"])
        ],
    )


def _moments(rows: dict[str, Any]) -> list[datetime]:
    return [datetime.fromtimestamp(second, tz=UTC) for second in rows["starts_at"]]
