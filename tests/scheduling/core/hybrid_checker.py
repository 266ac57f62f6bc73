"""A second reading of office rules, activities and deferred work in plain loops; no code of the solver's."""

from collections import defaultdict


def office_faults(data, tours, plan, *, told=()):
    """Sentences about desks, hours and ratios that the choice of days breaks and no finding tells."""
    found = []
    excused = {(f.subject, f.values.get("week")) for f in told}
    taken = defaultdict(lambda: defaultdict(int))
    for number, (agent, tour) in enumerate(zip(data.agents, tours, strict=True)):
        if tour is None:
            continue
        counts = defaultdict(int)
        worked = defaultdict(int)
        for shift in tour.shifts:
            worked[shift.day // 7] += 1
            sits = (number, shift.day) in plan.in_office
            here = [s for s in tour.present.tolist() if shift.start_slot <= s < shift.end_slot]
            locked = shift.shape is None
            if sits:
                counts[shift.day // 7] += 1
                if agent.site in data.office_spans and not locked:
                    spans = data.office_spans[agent.site]
                    if not all(any(a <= s < b for a, b in spans) for s in here):
                        found.append(f"{agent.key}: in a closed office on day {shift.day}")
                if shift.day in agent.home_days and not locked:
                    found.append(f"{agent.key}: in the office on day {shift.day}, one at home")
                for slot in here:
                    taken[agent.site][slot] += 1
        if str(agent.work_mode) != "HYBRID" or agent.office_days_per_week is None:
            continue
        low, high = agent.office_days_per_week
        for week in range(data.weeks):
            if counts[week] > high:
                found.append(f"{agent.key}: {counts[week]} days in the office in week {week}")
            off = agent.credited_days[week] if week < len(agent.credited_days) else 0
            least = min(low, worked[week]) if off else low
            if counts[week] < least and (agent.key, week + 1) not in excused:
                found.append(f"{agent.key}: only {counts[week]} office days in week {week}")
    for site, slots in taken.items():
        for slot, count in slots.items():
            if site in data.seats and count > data.seats[site][slot]:
                found.append(f"{site}: {count} people at {data.seats[site][slot]} desks in {slot}")
    return found


def activity_faults(data, tours, plan, office=None):
    """Sentences about activities that nobody could attend so."""
    found = []
    numbers = {agent.key: n for n, agent in enumerate(data.agents)}
    busy = defaultdict(set)
    rooms = defaultdict(int)
    by_key = {item.key: item for item in data.activities}
    for item in plan.placed:
        asked = by_key[item.key]
        slots = range(item.start_slot, item.end_slot)
        if len(slots) * data.horizon.interval_minutes < asked.minutes:
            found.append(f"{item.key}: too short")
        if not any(a <= slots[0] and slots[-1] < b for a, b in asked.spans):
            found.append(f"{item.key}: outside its window")
        if sorted(item.attendants) != sorted(numbers[key] for key in asked.attendants):
            found.append(f"{item.key}: other attendants")
        for agent in item.attendants:
            if not set(slots) <= set(tours[agent].working.tolist()):
                found.append(f"{item.key}: {data.agents[agent].key} is not on position")
            if busy[agent] & set(slots):
                found.append(f"{item.key}: {data.agents[agent].key} is elsewhere")
            busy[agent] |= set(slots)
            if asked.needs_office:
                day = next(
                    s.day for s in tours[agent].shifts if s.start_slot <= slots[0] < s.end_slot
                )
                if office is None or (agent, day) not in office.in_office:
                    found.append(f"{item.key}: {data.agents[agent].key} is at home")
        if asked.room_site:
            for slot in slots:
                rooms[asked.room_site, slot] += 1
    for (site, slot), count in rooms.items():
        if count > data.rooms[site][slot]:
            found.append(f"{site}: {count} activities in {data.rooms[site][slot]} rooms in {slot}")
    held = {item.key for item in plan.placed}
    told = {finding.subject for finding in plan.findings}
    found += [f"{key}: neither held nor told" for key in by_key if key not in held | told]
    return found


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
    away = defaultdict(set)
    for item in result.activities.placed:
        for agent in item.attendants:
            away[agent] |= set(range(item.start_slot, item.end_slot))
    people = defaultdict(float)
    for number, tour in enumerate(tours):
        if tour is None:
            continue
        for slot in set(tour.working.tolist()) - away[number]:
            people[slot] += 1
    for slot in range(data.horizon.slots):
        done = sum(float(row[slot]) for row in plan.by_class)
        if done > people[slot] + 1e-6:
            found.append(f"{done} agent-slots of deferred work by {people[slot]} people in {slot}")
    return found
