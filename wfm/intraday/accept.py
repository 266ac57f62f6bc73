"""Accept what is suggested: checked again as things stand now, then written down with its effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adherence.models import Alert, AlertLog, AlertStep, Measure, MeasureStatus
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit, UnableToRequest
from scheduling.services.shift_changes import MOST_WHY, Reason, lock_agents
from scheduling.services.tell import tell_agents
from wfm.intraday.carry_out import carry_out, reason_kind
from wfm.intraday.core.options import Option
from wfm.intraday.day import Day, QueueDay
from wfm.intraday.options import (
    Span,
    effect_of,
    measure_kind,
    options_for,
    time_off_options,
)
from wfm.intraday.people import moment, people_of
from wfm.org.models import Agent, AgentAssignment, User


class UnableToAccept(ValueError):  # noqa: N818 - domain errors are named for what failed
    """What was suggested is not possible any more."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """One suggestion as the page or the API names it."""

    kind: str
    agent_id: int
    starts_at: datetime
    ends_at: datetime


def accept(
    *,
    day: Day,
    queue_day: QueueDay,
    span: Span,
    chosen: Chosen,
    by: User | None,
    alert: Alert | None,
) -> Measure:
    """Write an accepted suggestion down; from now on the day counts with it.

    Raises UnableToAccept where it is not legal any more or the agent has agreed to something else
    at that time.
    """
    option = _found(day, queue_day, span, chosen)
    if option is None:
        raise UnableToAccept(
            _("This is not possible any more: the shift, the time or the need has changed.")
        )
    queues = {found.queue.pk: found.queue for found in day.all_queues}
    effect = effect_of(day, queue_day, span, option)
    at = day.ask.at
    with transaction.atomic():
        lock_agents([chosen.agent_id])
        agent = Agent.objects.get(pk=chosen.agent_id)
        _refuse_double(agent, option)
        _refuse_changed(option, at)
        try:
            with transaction.atomic():
                measure = Measure.objects.create(
                    kind=measure_kind(option, queue_day.queue, queues),
                    queue=queue_day.queue,
                    other_queue=queues.get(option.other_queue or 0),
                    agent=agent,
                    shift_id=option.person.shift,
                    starts_at=chosen.starts_at,
                    ends_at=chosen.ends_at,
                    moved_from_at=None if option.moved_from is None else moment(option.moved_from),
                    effect=effect.as_json(),
                    alert=alert,
                    accepted_by=by,
                    accepted_at=at,
                )
        except IntegrityError as error:
            raise UnableToAccept(_("This is accepted already.")) from error
        if alert is not None:
            AlertLog.objects.create(
                alert=alert, step=AlertStep.ACTION, text=words_of(measure), by=by, at=at
            )
    return measure


def _found(day: Day, queue_day: QueueDay, span: Span, chosen: Chosen) -> Option | None:
    """Return the option as it is possible now."""
    wanted = (int(chosen.starts_at.timestamp()), int(chosen.ends_at.timestamp()))
    queues = {found.queue.pk: found.queue for found in day.all_queues}
    options = [*options_for(day, queue_day, span), *time_off_options(day, queue_day, span)]
    return next(
        (
            option
            for option in options
            if option.person.agent == chosen.agent_id
            and (option.starts_at, option.ends_at) == wanted
            and measure_kind(option, queue_day.queue, queues) == chosen.kind
        ),
        None,
    )


def _refuse_double(agent: Agent, option: Option) -> None:
    """Refuse what touches something agreed: its time, or the time of the break that moves away.

    The caller holds the agent, so that of two leads at once the second sees what the first agreed.
    """
    length = timedelta(seconds=option.ends_at - option.starts_at)
    begins = [moment(at) for at in (option.starts_at, option.moved_from) if at is not None]
    accepted = Measure.objects.filter(agent=agent, status=MeasureStatus.ACCEPTED).order_by("pk")
    for other in accepted:
        theirs = other.ends_at - other.starts_at
        taken = [at for at in (other.starts_at, other.moved_from_at) if at is not None]
        if any(
            mine < start + theirs and start < mine + length for mine in begins for start in taken
        ):
            raise UnableToAccept(
                _("%(name)s has agreed to something else then: %(what)s.")
                % {"name": agent.name, "what": words_of(other)}
            )


def _refuse_changed(option: Option, at: datetime) -> None:
    """Refuse where the shift is not the one that was judged any more; the caller holds the agent."""
    judged = option.person
    held = next(iter(people_of(shift_ids=[judged.shift], at=at)), None)
    if (
        held is None
        or (held.agent, held.parts, held.skills) != (judged.agent, judged.parts, judged.skills)
        or (option.starts_at < judged.starts_at and option.starts_at < held.free_from)
        or (option.ends_at > judged.ends_at and option.ends_at > held.free_until)
    ):
        raise UnableToAccept(
            _("This is not possible any more: the shift, the time or the need has changed.")
        )


def words_of(measure: Measure) -> str:
    """Say what is to be done, times in UTC."""
    return _("%(what)s, %(name)s, %(first)s–%(last)s UTC") % {
        "what": measure.get_kind_display(),
        "name": measure.agent.name,
        "first": f"{measure.starts_at:%H:%M}",
        "last": f"{measure.ends_at:%H:%M}",
    }


def words_for_agent(measure: Measure) -> str:
    """Say to the agent what has changed, by the clock of their site: where it was, where it is."""
    zone = _zone_of(measure)
    length = measure.ends_at - measure.starts_at
    now_at = _clock(measure.starts_at, measure.ends_at, zone)
    day = date_format(measure.starts_at.astimezone(zone), "SHORT_DATE_FORMAT")
    if measure.moved_from_at is None:
        return _("%(what)s, %(day)s, %(time)s (%(zone)s)") % {
            "what": measure.get_kind_display(),
            "day": day,
            "time": now_at,
            "zone": zone.key,
        }
    return _("Your break on %(day)s: %(before)s → %(after)s (%(zone)s)") % {
        "day": day,
        "before": _clock(measure.moved_from_at, measure.moved_from_at + length, zone),
        "after": now_at,
        "zone": zone.key,
    }


def _clock(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    return f"{starts_at.astimezone(zone):%H:%M}–{ends_at.astimezone(zone):%H:%M}"


def _zone_of(measure: Measure) -> ZoneInfo:
    """The zone of the agent's site on that day."""
    zones = AgentAssignment.objects.effective_on(measure.starts_at.date()).filter(
        agent=measure.agent_id
    )
    return ZoneInfo(zones.values_list("team__site__timezone", flat=True).first() or "UTC")


def end_measure(*, measure: Measure, status: str, by: User | None, at: datetime) -> Measure:
    """Say that it is agreed, so that the published shift changes, or take it back.

    The shift and the measure change in one transaction: the work counts in the schedule from then on, no
    longer as a measure. Raises UnableToAccept where it has been ended before, or where the shift has
    become another one, or would break a labor rule that holds now.
    """
    with transaction.atomic():
        held = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
        if held.status != MeasureStatus.ACCEPTED:
            raise UnableToAccept(
                _("This is %(status)s already.") % {"status": held.get_status_display()}
            )
        if status == MeasureStatus.DONE:
            reason = Reason(kind=reason_kind(held), at=at, by=by, why=words_of(held)[:MOST_WHY])
            try:
                carry_out(held, reason)
            except (UnableToEdit, UnableToRequest, ChangedMeanwhile) as error:
                raise UnableToAccept(str(error)) from error
            tell_agents(
                [held.agent_id],
                kind="shift_changed",
                subject=gettext_lazy("Your shift has changed"),
                body=lazy(words_for_agent, str)(held),
                url="/portal/shifts/",
                at=at,
            )
        held.status, held.ended_by, held.ended_at = MeasureStatus(status), by, at
        held.save(update_fields=["status", "ended_by", "ended_at"])
    return held
