"""How people and other systems are told; the one place where adherence hands words to the notices."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy

from adherence.models import AdherenceException, Alert, ExceptionStatus, GroupException
from adherence.queries.agent_day import agent_zone
from wfm.integration.models import Notice
from wfm.integration.services import Words, lazy_words, notify, notify_each, record_change
from wfm.org.deciders import deciders_of
from wfm.org.models import Agent, AgentAssignment, User
from wfm.org.tenancy import system_tenant
from wfm.web.formats import local_clock, local_day

KINDS = {"busy_case": "adherence.busy_case", "message": "message.lead", "alert": "intraday.alert"}
APPROVERS = "adherence.approve"
MOST_NAMES = 20


def tell(
    *,
    user_ids: Sequence[int],
    kind: str,
    subject: str | Promise,
    body: str | Promise,
    at: datetime,
    url: str = "",
) -> None:
    """Tell these people, in the caller's transaction; delivered after its commit."""
    notify(user_ids=user_ids, kind=KINDS[kind], subject=subject, body=body, url=url, at=at)


def tell_of_question(exception: AdherenceException, *, at: datetime) -> None:
    """Tell those who may decide that an agent has explained a stretch."""
    found = deciders_of([exception.agent_id], permission=APPROVERS, on=at.date())
    notify(
        user_ids=found[exception.agent_id],
        kind="adherence.explained",
        subject=lazy_words(
            gettext_lazy("%(name)s explains %(stretch)s"),
            name=exception.agent.name,
            stretch=_stretch(exception),
        ),
        body=exception.reason,
        url="/adherence/explained/",
        at=at,
    )
    _record("explained", exception, at)


def tell_of_decision(exception: AdherenceException, *, at: datetime) -> None:
    """Tell the agent what became of a stretch: approved, declined or taken back by the lead."""
    if exception.status == ExceptionStatus.APPROVED:
        subject = gettext_lazy("Counts as in adherence: %(stretch)s")
    else:
        subject = gettext_lazy("Does not count as in adherence: %(stretch)s")
    users = User.objects.filter(agent=exception.agent_id)
    notify(
        user_ids=users.values_list("pk", flat=True),
        kind="adherence.decided",
        subject=lazy_words(subject, stretch=_stretch(exception)),
        body=exception.reason,
        url="/portal/day/",
        at=at,
    )
    _record("decided", exception, at)


def tell_of_group(
    group: GroupException,
    rows: Sequence[tuple[int, int]],
    *,
    is_approved: bool,
    by: User | None,
    at: datetime,
) -> None:
    """Tell all these agents (exception, agent) at once, as `tell_of_decision` tells one.

    Recorded as one change, whole, with who and why.
    """
    if is_approved:
        subject = gettext_lazy("Counts as in adherence: %(stretch)s")
    else:
        subject = gettext_lazy("Does not count as in adherence: %(stretch)s")
    agent_ids = [agent_id for _pk, agent_id in rows]
    zones = _zones_on(agent_ids, group.starts_at.date())
    of_zone = {
        zone: Words(
            subject=lazy_words(subject, stretch=_told(group.starts_at, group.ends_at, zone)),
            body=group.reason,
            url="/portal/day/",
        )
        for zone in {*zones.values(), "UTC"}
    }
    users = User.objects.filter(agent__in=agent_ids).values_list("pk", "agent_id")
    words = {pk: of_zone[zones.get(agent_id or 0, "UTC")] for pk, agent_id in users}
    notify_each(words=words, kind="adherence.decided", at=at)
    record_change(
        kind="adherence.group_decided",
        key=f"adherence-group:{group.pk}",
        payload={
            "group": group.pk,
            "scope": str(group.scope),
            "name": group.scope_name,
            "starts_at": group.starts_at,
            "ends_at": group.ends_at,
            "status": str(ExceptionStatus.APPROVED if is_approved else ExceptionStatus.DECLINED),
            "reason": group.reason,
            "decided_by": None if by is None else by.pk,
            "count": len(rows),
            "exceptions": [list(row) for row in rows],
            "at": at,
        },
    )


def _zones_on(agent_ids: Sequence[int], day: date) -> dict[int, str]:
    """The zone in which each agent lives that day; see `agent_zone`."""
    begun = AgentAssignment.objects.filter(agent__in=agent_ids, starts_on__lte=day)
    ordered = begun.order_by("starts_on").values_list("agent_id", "team__site__timezone")
    return dict(ordered)


def record_withdrawn(exception: AdherenceException, *, at: datetime) -> None:
    """Record that the agent took a question back; nobody needs to be told."""
    _record("decided", exception, at)


def tell_of_late_taps(*, agent: Agent, day: date, at: datetime) -> None:
    """Tell the leads that taps of a shift that is over came late: once per agent and day.

    The caller holds the agent, so that of two deliveries at once one tells.
    """
    url = f"/adherence/agents/{agent.pk}/?from={day.isoformat()}"
    kind = "adherence.late_taps"
    people = deciders_of([agent.pk], permission=APPROVERS, on=at.date())[agent.pk]
    with system_tenant():
        told = Notice.objects.filter(user__in=people, kind=kind, url=url)
        people -= set(told.values_list("user_id", flat=True))
    notify(
        user_ids=people,
        kind=kind,
        subject=lazy_words(
            gettext_lazy("%(name)s: taps of %(day)s came after the shift"),
            name=agent.name,
            day=lazy(local_day, str)(day),
        ),
        body=gettext_lazy("They were made without network. The day's figures have changed."),
        url=url,
        at=at,
    )


def tell_of_forgotten(*, closed: dict[int, datetime], at: datetime) -> None:
    """Tell the leads whose clock-out was forgotten and closed by rule: each lead once, by name."""
    people = deciders_of(list(closed), permission=APPROVERS, on=at.date())
    lines = _closing_lines(closed)
    of_lead: defaultdict[int, list[str | Promise]] = defaultdict(list)
    for agent_id, leads in people.items():
        for user_id in leads:
            of_lead[user_id].append(lines[agent_id])
    words = {
        user_id: Words(
            subject=lazy_words(
                gettext_lazy("Forgotten clock-outs, closed by rule: %(count)d"), count=len(found)
            ),
            body=_joined(found),
            url="/adherence/days/",
        )
        for user_id, found in of_lead.items()
    }
    notify_each(words=words, kind="adherence.forgotten", at=at)


def _closing_lines(closed: dict[int, datetime]) -> dict[int, str | Promise]:
    """Name and moment of each, on the site's clock."""
    zones = dict(
        AgentAssignment.objects.filter(agent__in=list(closed))
        .order_by("starts_on")
        .values_list("agent_id", "team__site__timezone")
    )
    names = dict(Agent.objects.filter(pk__in=list(closed)).values_list("pk", "name"))
    return {
        agent_id: lazy_words(
            gettext_lazy("%(name)s, %(time)s"),
            name=names[agent_id],
            time=lazy(_moment, str)(moment, zones.get(agent_id, "UTC")),
        )
        for agent_id, moment in sorted(closed.items(), key=lambda item: names[item[0]])
    }


def _joined(lines: Sequence[str | Promise]) -> str | Promise:
    def text(items: Sequence[str | Promise]) -> str:
        shown = [str(line) for line in items[:MOST_NAMES]]
        return "\n".join([*shown, "…"] if len(items) > MOST_NAMES else shown)

    return lazy(text, str)(lines)


def _moment(moment: datetime, zone: str) -> str:
    return f"{local_day(moment, zone)} {local_clock(moment, zone)}"


def _stretch(exception: AdherenceException) -> str | Promise:
    """The stretch on the clock of the agent's site, whoever reads it."""
    zone = agent_zone(agent_id=exception.agent_id, day=exception.starts_at.date())
    return _told(exception.starts_at, exception.ends_at, zone)


def _told(starts_at: datetime, ends_at: datetime, zone: str) -> str | Promise:
    def text(first: datetime, last: datetime) -> str:
        return f"{_moment(first, zone)}–{local_clock(last, zone)}"

    return lazy(text, str)(starts_at, ends_at)


def _record(what: str, exception: AdherenceException, at: datetime) -> None:
    record_change(
        kind=f"adherence.{what}",
        key=f"adherence-exception:{exception.pk}",
        payload={
            "exception": exception.pk,
            "agent": exception.agent_id,
            "starts_at": exception.starts_at,
            "ends_at": exception.ends_at,
            "status": str(exception.status),
            "reason": exception.reason,
            "decided_by": exception.decided_by_id,
            "at": at,
        },
    )


def record_alert(what: str, alert: Alert, *, at: datetime, by: User | None = None) -> None:
    """Record one step of an alert; for our own people only, since an alert names teams and people."""
    record_change(
        kind=f"alert.{what}",
        key=f"alert:{alert.pk}",
        payload={
            "alert": alert.pk,
            "kind": alert.kind,
            "scope": alert.scope_key,
            "status": str(alert.status),
            "value": alert.value,
            "threshold": alert.threshold,
            "level": alert.level,
            "owner": alert.owner_id,
            "owner_role": alert.owner_role_id,
            "by": None if by is None else by.pk,
            "outcome": str(alert.outcome),
            "at": at,
        },
    )


def record_corrections(days: Iterable[tuple[int, date]], *, at: datetime) -> None:
    """Record that finished days have other figures now: one change, whole, for all that came at once."""
    listed = list(days)
    first, last = min(day for _agent, day in listed), max(day for _agent, day in listed)
    payload: dict[str, Any] = {
        "first_date": first,
        "last_date": last,
        "count": len(listed),
        "days": listed,
        "corrected_at": at,
    }
    record_change(kind="adherence.corrected", key=f"adherence-days:{first}", payload=payload)
