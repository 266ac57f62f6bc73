"""Trends: where paid time goes, by whom and when, against the period before."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from adherence.core.waterfall import METRICS, Step, Waterfall
from adherence.queries import TrendBy, TrendQuestion, Trends, TrendStep, completeness, trends
from adherence.time_texts import KIND_TEXTS, STEP_TEXTS
from adherence.views.trend_charts import activity_chart, rate_chart, waterfall_chart
from wfm import metrics
from wfm.org.access import agent_filter
from wfm.org.access_views import require
from wfm.org.models import ActivityCode, Agent, Client, Queue, Site, Team
from wfm.web.formats import day_span, signed
from wfm.web.scope import Scope, page_scope

LONGEST_DAYS = 400
ROWS_PER_PAGE = 100
MOST_STEPS = {TrendStep.DAY: 31, TrendStep.WEEK: 130}
"""Up to so many days these steps are chosen by themselves."""


@require_GET
@require("adherence.view")
def trends_page(request: HttpRequest) -> HttpResponse:
    """The waterfall, what it lost, time by activity, and the groups."""
    scope = page_scope(
        request,
        fields=("client", "site", "team", "queue", "period"),
        default_period="last_4_weeks",
    )
    question = _question(request, scope)
    found = trends(question, principal=request.user)
    names = dict(ActivityCode.objects.values_list("pk", "name"))
    rows = _rows(request, question, found)
    before = question.before
    return render(
        request,
        "adherence/trends.html",
        {
            "scope": scope,
            "question": question,
            "found": found,
            "has_time": bool(found.total.paid_seconds or found.total.items),
            "figures": _figures(found),
            "losses": _losses(found, names),
            "rows": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
            "total": _row(_("Total"), found.total, found.total_before),
            "bys": [(str(by), title) for by, title in _by_titles().items()],
            "by_title": _by_titles()[question.by],
            "steps": [(str(step), title) for step, title in _step_titles().items()],
            "before_label": day_span(*before),
            "complete": completeness(question, principal=request.user),
            "waterfall_chart": waterfall_chart(found.total).payload(),
            "activity_chart": activity_chart(found, question, names).payload(),
            "rate_chart": rate_chart(found, question).payload(),
        },
    )


def _question(request: HttpRequest, scope: Scope) -> TrendQuestion:
    if scope.days > LONGEST_DAYS:
        raise Http404(_("Trends look at %(days)d days at most.") % {"days": LONGEST_DAYS})
    fitting = next((step for step, days in MOST_STEPS.items() if scope.days <= days), None)
    return TrendQuestion(
        first=scope.starts_on,
        last=scope.ends_on,
        by=TrendBy(_word(request, "by", [str(by) for by in TrendBy], TrendBy.TEAM)),
        step=TrendStep(
            _word(request, "step", [str(step) for step in TrendStep], fitting or TrendStep.MONTH)
        ),
        team_id=scope.team.pk if scope.team else None,
        site_id=scope.site.pk if scope.site else None,
        client_id=scope.client.pk if scope.client else None,
        queue_id=scope.queue.pk if scope.queue else None,
    )


def _word(request: HttpRequest, name: str, known: list[str], default: str) -> str:
    text = request.GET.get(name, "") or default
    if text not in known:
        raise Http404(
            _("%(text)r is no choice of %(name)s; known are %(known)s.")
            % {"text": text, "name": name, "known": ", ".join(known)}
        )
    return text


def _by_titles() -> dict[TrendBy, str]:
    return {
        TrendBy.TEAM: _("Team"),
        TrendBy.AGENT: _("Agent"),
        TrendBy.SITE: _("Site"),
        TrendBy.QUEUE: _("Queue"),
        TrendBy.CLIENT: _("Client"),
        TrendBy.ALL: _("All together"),
    }


def _step_titles() -> dict[TrendStep, str]:
    return {
        TrendStep.DAY: _("Day"),
        TrendStep.WEEK: _("Week"),
        TrendStep.MONTH: _("Month"),
    }


def _figures(found: Trends) -> list[dict[str, Any]]:
    """The rates of the period, each with what it was before."""
    now, before = found.total.rates, found.total_before.rates
    return [
        {
            "key": key,
            "label": _(metrics.get(key).title),
            "value": now[key].value,
            "before": before[key].value,
        }
        for key in METRICS
    ]


def _losses(found: Trends, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """What each step lost in the period and in the one before it."""
    now = {(loss.step, loss.what, loss.code): loss.seconds for loss in found.total.losses()}
    before = {
        (loss.step, loss.what, loss.code): loss.seconds for loss in found.total_before.losses()
    }
    paid, paid_before = found.total.paid_seconds, found.total_before.paid_seconds
    keys = [*now, *(key for key in before if key not in now)]
    return [
        {
            "step": STEP_TEXTS[step],
            "what": KIND_TEXTS[what],
            "activity": names.get(code, ""),
            "seconds": now.get((step, what, code), 0),
            "share": _share(now.get((step, what, code), 0), paid),
            "share_before": _share(before.get((step, what, code), 0), paid_before),
        }
        for step, what, code in sorted(keys, key=lambda key: list(Step).index(key[0]))
    ]


def _share(seconds: int, paid: int) -> float | None:
    return seconds / paid if paid else None


def _rows(request: HttpRequest, question: TrendQuestion, found: Trends) -> list[dict[str, Any]]:
    """One row per group that the person may see, by name."""
    numbers = sorted(set(found.groups) | set(found.groups_before))
    named = _names(request, question.by, numbers)
    return [
        _row(
            name,
            found.groups.get(number, Waterfall()),
            found.groups_before.get(number, Waterfall()),
            number=number,
        )
        for number, name in named.items()
    ]


def _names(request: HttpRequest, by: TrendBy, numbers: list[int]) -> dict[int, str]:
    """The groups' names, in their order; time of no group comes last."""
    if by is TrendBy.ALL:
        return {0: str(_("All together"))}
    if by is TrendBy.AGENT:
        agents = Agent.objects.filter(agent_filter(request.user, "adherence.view"))
        found = agents.filter(pk__in=numbers).order_by("sort_key", "pk")
        return dict(found.values_list("pk", "name"))
    models: dict[TrendBy, Any] = {
        TrendBy.TEAM: Team,
        TrendBy.SITE: Site,
        TrendBy.CLIENT: Client,
        TrendBy.QUEUE: Queue,
    }
    visible = models[by].objects.visible_to(request.user).filter(pk__in=numbers)
    names = dict(visible.order_by("name", "pk").values_list("pk", "name"))
    nobody = {
        TrendBy.TEAM: _("No team"),
        TrendBy.SITE: _("No site"),
        TrendBy.CLIENT: _("No client's queue"),
        TrendBy.QUEUE: _("No queue"),
    }
    return names | ({0: nobody[by]} if 0 in numbers else {})


def _row(name: str, now: Waterfall, before: Waterfall, *, number: int = 0) -> dict[str, Any]:
    rates, rates_before = now.rates, before.rates
    shown = rates["shrinkage_rate"].value
    earlier = rates_before["shrinkage_rate"].value
    change = shown - earlier if shown is not None and earlier is not None else None
    return {
        "name": name,
        "number": number,
        "now": now,
        "rates": {key: ratio.value for key, ratio in rates.items()},
        "change": change,
        "points": None
        if change is None
        else _("%(points)s points") % {"points": signed(change * 100, 1)},
    }
