"""Events that could not be taken: what waits, why, and the cure beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from adherence.connector_forms import as_choice, target_choices
from adherence.models import Connector, QuarantinedEvent, StateMeaning
from adherence.queries.quarantine import (
    DISMISSED,
    SETTLED,
    WAITING,
    QuarantineFilter,
    QuarantineGroup,
    quarantine_groups,
)
from adherence.services.connectors import (
    UnableToConnect,
    UnableToCure,
    add_agent_key,
    choose_hour,
    dismiss,
    map_states,
    reopen,
    replay,
)
from adherence.services.connectors.cures import MOST_AT_ONCE
from adherence.services.connectors.preview import code_words, suggestion_for
from adherence.services.connectors.texts import fault_labels
from adherence.views.connectors import EDIT, tabs
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import ActivityCode, Agent, User

PER_PAGE = 25
MOST_GROUPS = 60
MOST_AGENTS = 12
FILTERS = ("source", "reason_code", "state", "reason", "agent_key", "code")


@require_GET
@require(EDIT)
def quarantine_page(request: HttpRequest) -> HttpResponse:
    """What waits by source and cause with its cure, then the events, the newest first."""
    chosen = _filter(request.GET)
    visible = QuarantinedEvent.objects.visible_to(request.user)
    rows = chosen.apply(visible)
    events = rows.select_related("dismissed_by").order_by("-received_at", "-pk")
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    labels = fault_labels()
    context = tabs(request, "quarantine") | {
        "chosen": chosen,
        "hidden": _hidden(chosen),
        "is_narrowed": any(getattr(chosen, name) for name in FILTERS),
        "page": page,
        "events": [_event(row, labels) for row in page.object_list],
        "groups": _groups(rows) if chosen.shown == WAITING else [],
        "totals": visible.filter(resolved_at=None).aggregate(
            events=Count("pk"),
            arrivals=Sum("times_seen", default=0),
            sources=Count("source", distinct=True),
        ),
        "matching": page.paginator.count,
        "sources": _sources(visible),
        "reasons": sorted(_reasons(visible, labels), key=lambda item: item[1]),
        "shown_choices": (
            (WAITING, _("Waiting")),
            (DISMISSED, _("Dismissed")),
            (SETTLED, _("Taken later")),
        ),
        "targets": target_choices(),
        "may_add_codes": access_of(request.user).can("org.edit"),
    }
    return render(request, "adherence/connectors/quarantine.html", context)


def _filter(data: Any) -> QuarantineFilter:
    shown = data.get("shown", WAITING)
    return QuarantineFilter(
        shown=shown if shown in {WAITING, DISMISSED, SETTLED} else WAITING,
        **{name: data.get(name, "") for name in FILTERS},
    )


def _hidden(chosen: QuarantineFilter) -> list[tuple[str, str]]:
    """The filter as fields of a form."""
    names = ("shown", *FILTERS)
    return [(name, getattr(chosen, name)) for name in names if getattr(chosen, name)]


def _sources(rows: QuerySet[QuarantinedEvent]) -> list[str]:
    return list(rows.order_by("source").values_list("source", flat=True).distinct())


def _reasons(rows: QuerySet[QuarantinedEvent], labels: dict[str, str]) -> list[tuple[str, str]]:
    found = rows.order_by("reason_code").values_list("reason_code", flat=True).distinct()
    return [(code, labels.get(code, code)) for code in found]


def _groups(rows: QuerySet[QuarantinedEvent]) -> list[dict[str, Any]]:
    labels, codes = fault_labels(), code_words()
    connected = set(Connector.objects.values_list("source", flat=True))
    return [
        _group(group, labels, codes, connected)
        for group in quarantine_groups(rows, most=MOST_GROUPS)
    ]


def _group(
    group: QuarantineGroup, labels: dict[str, str], codes: Any, connected: set[str]
) -> dict[str, Any]:
    names = {"unknown_agent": "agent_key", "unmapped_state": "state", "unknown_code": "code"}
    narrowed = {"source": group.source, "reason_code": group.reason_code}
    name = names.get(group.reason_code)
    if name and group.wanted:
        narrowed[name] = group.wanted
        if name == "state" and group.reason:
            narrowed["reason"] = group.reason
    target = ""
    if group.reason_code == "unmapped_state":
        found = suggestion_for(
            state=group.wanted,
            reason=group.reason,
            label=group.label,
            codes=codes,
            said=group.said,
        )
        if found is not None:
            is_code = found.meaning.value == StateMeaning.ACTIVITY.value
            target = f"code:{found.code}" if is_code else str(found.meaning.value)
    return {
        "group": group,
        "label": labels.get(group.reason_code, group.reason_code),
        "narrowed": urlencode(narrowed),
        "hidden": list(narrowed.items()),
        "target": target,
        "is_connected": group.source in connected,
        "cure": _cure(group.reason_code),
    }


def _cure(reason_code: str) -> str:
    """What helps, where no button can."""
    return {
        "future": _("Look at the source's clock; what it sends again is judged anew."),
        "too_old": _("It came more than 30 days late; its days are closed."),
        "malformed": _("Mend it in the sending system and send it again."),
        "not_offered": _("Give the code a button in the portal, or dismiss these."),
        "unreadable_body": _("Mend it in the sending system and send it again."),
        "no_agent": _("Choose in the connector where the agent is named, then try again."),
        "no_state": _("Choose in the connector where the state stands, then try again."),
        "no_time": _("Choose in the connector where the time stands, then try again."),
        "bad_time": _("Choose the columns in the connector, or mend it in the sending system."),
        "date_order": _("Choose the order of dates in the connector, then try again."),
        "no_zone": _("Choose the time zone in the connector, then try again."),
        "time_twice": _("Say for each event which hour was meant."),
        "time_never": _("The source's clock was wrong; mend it there, and dismiss these."),
    }.get(reason_code, "")


def _event(row: QuarantinedEvent, labels: dict[str, str]) -> dict[str, Any]:
    raw = row.raw if isinstance(row.raw, dict) else {"event": row.raw}
    said = raw.get("raw") if "said" in raw else raw
    words = [raw.get("state") or raw.get("code") or "", raw.get("reason", "")]
    return {
        "row": row,
        "label": labels.get(row.reason_code, row.reason_code),
        "agent_key": raw.get("agent_key", ""),
        "words": " · ".join(str(word) for word in words if word),
        "occurred_at": raw.get("occurred_at") or raw.get("told", ""),
        "raw": json.dumps(said, indent=2, ensure_ascii=False, default=str)[:20_000],
        "hours": raw.get("candidates", []) if row.reason_code == "time_twice" else [],
    }


# -- cures ----------------------------------------------------------------------------------------


def _back(request: HttpRequest) -> HttpResponse:
    """To the same picture, or where the form says."""
    wanted = request.POST.get("next", "")
    query = wanted if wanted.isprintable() else ""
    return redirect(f"{reverse('adherence-quarantine')}{f'?{query}' if query else ''}")


def _chosen(request: HttpRequest) -> QuerySet[QuarantinedEvent]:
    """The ticked events, else all that fit the form's filter."""
    rows = QuarantinedEvent.objects.visible_to(request.user)
    ids = [int(text) for text in request.POST.getlist("id") if text.isdigit()]
    return rows.filter(pk__in=ids) if ids else _filter(request.POST).apply(rows)


def _cure_view(act: Callable[[HttpRequest], str]) -> Callable[..., Any]:
    """A POST that does one thing and says what has come of it."""

    @require_POST
    @require(EDIT)
    def view(request: HttpRequest) -> HttpResponse:
        try:
            messages.success(request, act(request))
        except (UnableToCure, UnableToConnect) as error:
            messages.error(request, str(error))
        return _back(request)

    return view


def _taken(count: int) -> str:
    if not count:
        return _("Nothing could be taken yet; each event says why.")
    return ngettext("%(count)d event is taken.", "%(count)d events are taken.", count) % {
        "count": count
    }


def _retry(request: HttpRequest) -> str:
    ids = _chosen(request).filter(resolved_at=None).order_by("pk").values_list("pk", flat=True)
    return _taken(replay(event_ids=list(ids[:MOST_AT_ONCE]), at=now(), taken_by_id=request.user.pk))


def _dismiss(request: HttpRequest) -> str:
    assert isinstance(request.user, User)
    count = dismiss(
        events=_chosen(request),
        reason=request.POST.get("why", ""),
        dismissed_by=request.user,
        at=now(),
    )
    return ngettext(
        "%(count)d event is dismissed; it stays under “Dismissed”.",
        "%(count)d events are dismissed; they stay under “Dismissed”.",
        count,
    ) % {"count": count}


def _reopen(request: HttpRequest) -> str:
    count = reopen(events=_chosen(request))
    return ngettext("%(count)d event waits again.", "%(count)d events wait again.", count) % {
        "count": count
    }


def _hour(request: HttpRequest) -> str:
    is_second = request.POST.get("hour") == "second"
    return _taken(
        choose_hour(
            events=_chosen(request), is_second=is_second, at=now(), taken_by_id=request.user.pk
        )
    )


def _map(request: HttpRequest) -> str:
    visible = Connector.objects.visible_to(request.user)
    connector = visible.filter(source=request.POST.get("source", "")).first()
    if connector is None:
        raise UnableToCure(_("This source has no connector; make one first."))
    codes = {code.key: code for code in ActivityCode.objects.filter(is_active=True)}
    choice = as_choice(
        state=request.POST.get("state", ""),
        reason="" if request.POST.get("any") else request.POST.get("reason", ""),
        target=request.POST.get("target", ""),
        codes=codes,
    )
    return _taken(
        map_states(connector=connector, choices=[choice], at=now(), taken_by_id=request.user.pk)
    )


def _key(request: HttpRequest) -> str:
    key, agent = request.POST.get("agent_key", ""), _agent(request)
    taken = add_agent_key(
        source=request.POST.get("source", ""),
        key=key,
        agent=agent,
        at=now(),
        taken_by_id=request.user.pk,
    )
    told = _("%(key)s is %(name)s from now on.") % {"key": key, "name": agent.name}
    return f"{told} {_taken(taken)}"


def _agent(request: HttpRequest) -> Agent:
    """Whom the person has chosen: a name with the number behind it, a number, or a name alone."""
    text = request.POST.get("agent", "").strip()
    number = text.rpartition("·")[2].strip()
    visible = Agent.objects.visible_to(request.user)
    found = list(visible.filter(employee_number=number)[:1]) or list(visible.filter(name=text)[:2])
    if len(found) != 1:
        raise UnableToCure(
            _("Choose the agent from the list: %(text)r is not exactly one.") % {"text": text}
        )
    return found[0]


retry_events = _cure_view(_retry)
dismiss_events = _cure_view(_dismiss)
reopen_events = _cure_view(_reopen)
choose_events_hour = _cure_view(_hour)
map_state = _cure_view(_map)
add_key = _cure_view(_key)


@require_GET
@require(EDIT)
def agent_options(request: HttpRequest) -> HttpResponse:
    """Agents whose name or number holds the text, as options of a list."""
    text = request.GET.get("agent", "").strip()
    found = Agent.objects.visible_to(request.user).filter(is_active=True)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(employee_number__icontains=text))
    context = {"agents": found.order_by("sort_key")[:MOST_AGENTS]}
    return render(request, "adherence/connectors/_agent_options.html", context)
