"""A second reading of office rules, activities and deferred work in plain loops; no code of the solver's."""

from collections import defaultdict
from itertools import pairwise


def office_faults(data, tours, plan, *, told=()):
    """Sentences about desks, hours and ratios that the choice of days breaks and no finding tells."""
    found = []
    excused = {(f.subject, f.values.get("week")) for f in told}
    taken = defaultdict(int)
    for number, (agent, tour) in enumerate(zip(data.agents, tours, strict=True)):
        if tour is None:
            continue
        sits = [shift for shift in tour.shifts if (number, shift.day) in plan.in_office]
        for shift in sits:
            found += _at_home(data, agent, tour, shift)
            for slot in _present(tour, shift):
                taken[agent.site, slot] += 1
        if str(agent.work_mode) == "HYBRID" and agent.office_days_per_week is not None:
            found += _ratio(data, agent, (tour.shifts, sits), excused)
    for (site, slot), count in taken.items():
        if site in data.seats and count > data.seats[site][slot]:
            found.append(f"{site}: {count} people at {data.seats[site][slot]} desks in {slot}")
    return found


def _present(tour, shift):
    return [s for s in tour.present.tolist() if shift.start_slot <= s < shift.end_slot]


def _at_home(data, agent, tour, shift):
    """Reasons for which a shift that is not locked may not be worked in the office."""
    if shift.shape is None:
        return
    spans = data.office_spans.get(agent.site)
    if spans is not None and not all(
        any(first <= slot < end for first, end in spans) for slot in _present(tour, shift)
    ):
        yield f"{agent.key}: in a closed office on day {shift.day}"
    if shift.day in agent.home_days:
        yield f"{agent.key}: in the office on day {shift.day}, one at home"


def _ratio(data, agent, shifts, excused):
    low, high = agent.office_days_per_week
    for week in range(data.weeks):
        worked, sits = (sum(s.day // 7 == week for s in row) for row in shifts)
        off = agent.credited_days[week] if week < len(agent.credited_days) else 0
        if sits > high:
            yield f"{agent.key}: {sits} days in the office in week {week}"
        if sits < (min(low, worked) if off else low) and (agent.key, week + 1) not in excused:
            yield f"{agent.key}: only {sits} days in the office in week {week}"


def activity_faults(data, tours, plan, office=None):
    """Sentences about activities that nobody could attend so."""
    found = []
    busy, rooms = defaultdict(set), defaultdict(int)
    by_key = {item.key: item for item in data.activities}
    for item in plan.placed:
        asked = by_key[item.key]
        slots = range(item.start_slot, item.end_slot)
        found += _held(data, asked, item, slots)
        for agent in item.attendants:
            found += [
                f"{item.key}: {data.agents[agent].key} {fault}"
                for fault in _attends(asked, tours[agent], (agent, slots, busy[agent]), office)
            ]
            busy[agent] |= set(slots)
        for slot in slots if asked.room_site else ():
            rooms[asked.room_site, slot] += 1
    for (site, slot), count in rooms.items():
        if count > data.rooms[site][slot]:
            found.append(f"{site}: {count} activities in {data.rooms[site][slot]} rooms in {slot}")
    known = {item.key for item in plan.placed} | {finding.subject for finding in plan.findings}
    return found + [f"{key}: neither held nor told" for key in by_key if key not in known]


def _held(data, asked, item, slots):
    numbers = {agent.key: n for n, agent in enumerate(data.agents)}
    if len(slots) * data.horizon.interval_minutes < asked.minutes:
        yield f"{item.key}: too short"
    if not any(first <= slots[0] and slots[-1] < end for first, end in asked.spans):
        yield f"{item.key}: outside its window"
    if sorted(item.attendants) != sorted(numbers[key] for key in asked.attendants):
        yield f"{item.key}: other attendants"


def _attends(asked, tour, at, office):
    agent, slots, busy = at
    if not set(slots) <= set(tour.working.tolist()):
        yield "is not on position"
    if busy & set(slots):
        yield "is elsewhere"
    if asked.needs_office:
        day = next(s.day for s in tour.shifts if s.start_slot <= slots[0] < s.end_slot)
        if office is None or (agent, day) not in office.in_office:
            yield "is at home"


def deferred_faults(data, tours, result):
    """Sentences about deferred work done outside its window, twice, or by nobody."""
    found = []
    plan = result.deferred
    for work, row, late in zip(data.deferred, plan.by_class, plan.late, strict=True):
        outside = [s for s, x in enumerate(row) if x > 1e-6]
        if any(not work.release_slot <= s < work.due_slot for s in outside):
            found.append(f"{work.skill}: worked outside {work.release_slot}-{work.due_slot}")
        if abs(sum(row) + late - work.agent_slots) > 1e-6:
            found.append(f"{work.skill}: {sum(row)} done and {late} late of {work.agent_slots}")
    people = _people(tours, result)
    for slot in range(data.horizon.slots):
        done = sum(float(row[slot]) for row in plan.by_class)
        if done > people[slot] + 1e-6:
            found.append(f"{done} agent-slots of deferred work by {people[slot]} people in {slot}")
    return found


def _people(tours, result):
    away = defaultdict(set)
    for item in result.activities.placed:
        for agent in item.attendants:
            away[agent] |= set(range(item.start_slot, item.end_slot))
    people = defaultdict(float)
    for number, tour in enumerate(tours):
        for slot in set(tour.working.tolist()) - away[number] if tour is not None else ():
            people[slot] += 1
    return people


def legal_faults(data, tours):
    """Days, hours, band of starts and rest of each week, and open hours of each day, of several weeks."""
    found = []
    for agent, tour in zip(data.agents, tours, strict=True):
        if tour is not None:
            rules = data.contracts[agent.contract]
            shifts = sorted(tour.shifts, key=lambda shift: shift.start_slot)
            texts = [*_weekly(data, rules, shifts), *_daily(data, agent, rules, shifts)]
            found += [f"{agent.key}: {text}" for text in texts]
    return found


def _weekly(data, rules, shifts):
    for week in range(data.weeks):
        own = [shift for shift in shifts if shift.day // 7 == week]
        paid = sum(shift.paid_minutes for shift in own)
        starts = [data.horizon.wall_minutes[shift.start_slot] for shift in own]
        if not rules.days_per_week[0] <= len(own) <= rules.days_per_week[1]:
            yield f"{len(own)} days in week {week}"
        if not rules.paid_minutes_per_week[0] <= paid <= rules.paid_minutes_per_week[1]:
            yield f"{paid} minutes in week {week}"
        if starts and max(starts) - min(starts) > rules.start_band_minutes:
            yield f"starts vary in week {week}"


def _daily(data, agent, rules, shifts):
    for before, after in pairwise(shifts):
        rest = (after.start_slot - before.end_slot) * data.horizon.interval_minutes
        if rest < rules.min_rest_minutes:
            yield f"{rest} minutes of rest before day {after.day}"
    for shift in shifts:
        spans = agent.spans[shift.day]
        if not any(a <= shift.start_slot and shift.end_slot <= b for a, b in spans):
            yield f"outside the hours of day {shift.day}"
