"""How one would write it first: a loop over agents and days, model instances, overlaps in Python.

Kept only to be measured against. It knows no silent feeds and none of the borders between
operational days, so it does less.
"""

from datetime import datetime, timedelta

from adherence.models import ActivityEvent, AdherenceDay, AdherenceException
from scheduling.models import Shift

WORKING = {"AVAILABLE", "HANDLING"}


def recompute_naively(*, agents, first_date, days: int, until: datetime) -> int:
    written = 0
    for agent in agents:
        for offset in range(days):
            written += _one_day(agent, first_date + timedelta(days=offset), until)
    return written


def _one_day(agent, day, until) -> int:
    shifts = list(
        Shift.objects.filter(agent=agent, operational_date=day, is_published=True).order_by(
            "starts_at"
        )
    )
    if not shifts:
        return 0
    starts_at, ends_at = shifts[0].starts_at, min(shifts[-1].ends_at, until)
    states = _states(agent, starts_at, ends_at)
    excused = list(AdherenceException.objects.filter(agent=agent, status="APPROVED"))
    scheduled = out = 0
    for code, begin, planned_end in _activities(shifts):
        end = min(planned_end, until)
        if end <= begin:
            continue
        scheduled += (end - begin).total_seconds()
        stretches = _deviations(code, begin, end, states)
        for exception in excused:
            stretches = _cut(stretches, exception)
        lengths = [(last - first).total_seconds() for first, last in stretches]
        out += sum(length for length in lengths if length > code.tolerance_seconds)
    row, _created = AdherenceDay.objects.get_or_create(agent=agent, operational_date=day)
    row.scheduled_seconds, row.out_seconds = int(scheduled), int(out)
    row.save()
    return 1


def _activities(shifts):
    """Planned activities, touching ones of the same code joined."""
    found = []
    for shift in shifts:
        for activity in shift.activities.order_by("starts_at"):
            code = activity.activity_code
            if found and found[-1][0] == code and found[-1][2] == activity.starts_at:
                found[-1] = (code, found[-1][1], activity.ends_at)
            else:
                found.append((code, activity.starts_at, activity.ends_at))
    return found


def _states(agent, starts_at, ends_at):
    before = (
        ActivityEvent.objects.filter(agent=agent, occurred_at__lt=starts_at)
        .select_related("activity_code")
        .order_by("-occurred_at", "-sequence")
        .first()
    )
    inside = ActivityEvent.objects.filter(
        agent=agent, occurred_at__gte=starts_at, occurred_at__lt=ends_at
    )
    events = [before] if before else []
    events += list(inside.select_related("activity_code").order_by("occurred_at", "sequence"))
    states, code = [(starts_at, "OFFLINE")], None
    for index, event in enumerate(events):
        occurred_at = event.occurred_at.replace(microsecond=0)
        if event.activity_code == code:
            continue
        code = event.activity_code
        is_after_work = code is not None and code.is_work and code.state_group == "BUSY"
        group = "HANDLING" if is_after_work else code.state_group if code else "OFFLINE"
        states.append((max(occurred_at, starts_at), group))
        if is_after_work:
            following = [other for other in events[index + 1 :] if other.activity_code != code]
            too_long_at = occurred_at + timedelta(seconds=code.limit_seconds)
            if not following or following[0].occurred_at > too_long_at:
                states.append((min(max(too_long_at, starts_at), ends_at), "BUSY"))
    return [
        (at, states[index + 1][0] if index + 1 < len(states) else ends_at, group)
        for index, (at, group) in enumerate(states)
    ]


def _deviations(code, begin, end, states):
    accepted = WORKING if code.is_work else {code.state_group}
    if code.state_group == "AWAY" and not code.is_paid:
        accepted = {"AWAY", "OFFLINE"}
    found = []
    for state_from, state_until, group in states:
        first, last = max(state_from, begin), min(state_until, end)
        if first >= last or group in accepted:
            continue
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _cut(stretches, exception):
    left = []
    for first, last in stretches:
        if exception.ends_at <= first or exception.starts_at >= last:
            left.append((first, last))
            continue
        if first < exception.starts_at:
            left.append((first, exception.starts_at))
        if exception.ends_at < last:
            left.append((exception.ends_at, last))
    return left
