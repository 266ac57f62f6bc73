"""A second reading of the rules, in plain loops over minutes: shares no code with the solver."""

import math
from collections import defaultdict
from itertools import pairwise


def broken_rules(data, tours):
    """Sentences about every rule that the tours break; an empty list for a legal schedule."""
    found = []
    seats = {site: defaultdict(int) for site in data.seats}
    for agent, tour in zip(data.agents, tours, strict=True):
        if tour is None:
            continue
        contract = data.contracts[agent.contract]
        horizon = data.horizon_of(agent)
        found += [
            f"{agent.key}: {text}"
            for text in _agent(agent, tour, contract, horizon, data.first_weekday)
        ]
        if agent.work_mode == "OFFICE" and agent.site in seats:
            for shift in tour.shifts:
                for slot in _present(shift, contract, horizon):
                    seats[agent.site][slot] += 1
    for site, taken in seats.items():
        found += [
            f"{site}: {count} on {data.seats[site][slot]} desks in slot {slot}"
            for slot, count in taken.items()
            if count > data.seats[site][slot]
        ]
    return found


def _forms(contract):
    """Pattern and gap in the order in which the solver numbers shapes."""
    return [(pattern, gap) for pattern in contract.patterns for gap in pattern.gap_minutes]


def _pieces(shift, contract, horizon):
    pattern, gap = _forms(contract)[shift.shape]
    step, at, spans = horizon.interval_minutes, shift.start_slot, []
    for minutes in pattern.piece_minutes:
        spans.append((at, at + minutes // step))
        at += (minutes + gap) // step
    return pattern, spans


def _present(shift, contract, horizon):
    if shift.shape is None:
        return range(shift.start_slot, shift.end_slot)
    return [slot for a, b in _pieces(shift, contract, horizon)[1] for slot in range(a, b)]


def _agent(agent, tour, contract, horizon, first_weekday):
    shifts = sorted(tour.shifts, key=lambda s: s.start_slot)
    if len({s.day for s in shifts}) != len(shifts):
        yield "two shifts on one day"
    yield from _totals(agent, shifts, contract, horizon)
    yield from _weekends(agent, shifts, contract, horizon, first_weekday)
    worked = []
    for shift in shifts:
        yield from _shift(agent, shift, contract, horizon, worked)
    if sorted(worked) != sorted(tour.working.tolist()):
        yield "counts other slots than it works"
    yield from _between(agent, shifts, contract, horizon)


def _totals(agent, shifts, contract, horizon):
    """Days, paid time, starts, split shifts and days off of each week, and hours of the period."""
    for week in range(-(-horizon.days // 7)):
        own = [s for s in shifts if s.day // 7 == week]
        days, minutes = (
            row[week] if week < len(row) else 0
            for row in (agent.credited_days, agent.credited_minutes)
        )
        yield from _week(contract, own, horizon, days=days, minutes=minutes)
        length = min(7, horizon.days - 7 * week)
        row = ["w" if any(s.day == 7 * week + n for s in own) else "o" for n in range(length)]
        together = max(len(part) for part in "".join(row).split("w"))
        if together < min(contract.consecutive_days_off, row.count("o")):
            yield f"{together} days off together in week {week}"
    paid = sum(s.paid_minutes for s in shifts) + sum(agent.credited_minutes)
    period = contract.paid_minutes_per_period
    if period is not None and not period[0] <= paid <= period[1]:
        yield f"{paid} paid minutes in all"


def _week(contract, shifts, horizon, *, days, minutes):
    low, high = contract.days_per_week
    if not min(low, days or low) <= len(shifts) + days <= max(high, days):
        yield f"{len(shifts) + days} days"
    paid = sum(s.paid_minutes for s in shifts) + minutes
    low, high = contract.paid_minutes_per_week
    if not low <= paid <= max(high, minutes):
        yield f"{paid} paid minutes"
    own = [s for s in shifts if s.shape is not None]
    starts = [horizon.wall_minutes[s.start_slot] for s in own]
    if starts and max(starts) - min(starts) > contract.start_band_minutes:
        yield f"starts vary by {max(starts) - min(starts)} minutes"
    splits = sum(len(_forms(contract)[s.shape][0].piece_minutes) > 1 for s in own)
    most = contract.max_split_shifts_per_week
    if most is not None and splits > most:
        yield f"{splits} split shifts"


def _weekends(agent, shifts, contract, horizon, first_weekday):
    worked = list(agent.previous_weekends[-3:])
    for week in range(-(-horizon.days // 7)):
        own = [s.day for s in shifts if s.day // 7 == week]
        worked.append(any((first_weekday + day) % 7 >= 5 for day in own))
    most = contract.max_weekends_in_4_weeks
    if most is not None and any(sum(worked[n : n + 4]) > most for n in range(len(worked))):
        yield f"weekends {worked}"


def _between(agent, shifts, contract, horizon):
    step = horizon.interval_minutes
    for before, after in pairwise(shifts):
        if (after.start_slot - before.end_slot) * step < contract.min_rest_minutes:
            yield f"rest of {(after.start_slot - before.end_slot) * step} minutes"
    for day in agent.must_work:
        if not any(s.day == day for s in shifts):
            yield f"off on day {day}"
    run = agent.previous_run_days
    for day in range(horizon.days):
        run = run + 1 if any(s.day == day for s in shifts) else 0
        if run > contract.max_consecutive_days:
            yield f"{run} days in a row"
    for fixed in agent.fixed:
        if not any(s.shape is None and s.start_slot == fixed.start_slot for s in shifts):
            yield f"the locked shift of day {fixed.day} is gone"


def _shift(agent, shift, contract, horizon, worked):
    if shift.shape is None:
        fixed = next(f for f in agent.fixed if f.day == shift.day)
        worked += list(fixed.working_slots)
        return
    step = horizon.interval_minutes
    pattern, spans = _pieces(shift, contract, horizon)
    wall = horizon.wall_minutes[shift.start_slot]
    if not horizon.day_starts[shift.day] <= shift.start_slot < horizon.day_starts[shift.day + 1]:
        yield f"starts outside day {shift.day}"
    if wall % pattern.start_grid_minutes:
        yield f"starts at {wall}, off the grid"
    if not pattern.earliest_start_minute <= wall <= pattern.latest_start_minute:
        yield f"starts at {wall}, outside the pattern"
    if shift.day not in (pattern.days or range(horizon.days)):
        yield f"a pattern that has no day {shift.day}"
    if pattern.key in agent.excluded_patterns:
        yield f"{pattern.key} is not theirs"
    inside = [(a, b) for a, b in agent.spans[shift.day] if a <= spans[0][0] and spans[-1][1] <= b]
    if not inside:
        yield f"outside the open hours of day {shift.day}"
    yield from _breaks(shift, pattern, spans, step, worked)


def _breaks(shift, pattern, spans, step, worked):
    slots = {slot for a, b in spans for slot in range(a, b)}
    if len(shift.breaks) != len(pattern.breaks):
        yield f"{len(shift.breaks)} breaks"
    for rule, offset in zip(pattern.breaks, shift.breaks, strict=True):
        first = shift.start_slot + offset
        minutes = (first - spans[rule.piece][0]) * step
        if not rule.earliest_minutes <= minutes <= rule.latest_minutes:
            yield f"a break at +{minutes}"
        rest = set(range(first, first + rule.minutes // step))
        if not rest <= slots:
            yield "a break outside the shift"
        slots -= rest
    worked += sorted(slots)


def served_value(people, units):
    """Largest value of units served, one person a unit, by trying every person for every unit."""
    best = 0.0
    order = sorted(units, key=lambda unit: -unit[1])

    def fits(chosen):
        matched = {}

        def augment(unit, seen):
            for number, skills in enumerate(people):
                if chosen[unit][0] in skills and number not in seen:
                    seen.add(number)
                    if number not in matched or augment(matched[number], seen):
                        matched[number] = unit
                        return True
            return False

        return all(augment(unit, set()) for unit in range(len(chosen)))

    taken = []
    for unit in order:
        if fits([*taken, unit]):
            taken.append(unit)
            best += unit[1]
    return best


def brute_cost(data, tours):
    """Cost of a schedule slot by slot, from first principles."""
    total = 0.0
    for slot in range(data.horizon.slots):
        if not data.counted_slots[slot]:
            continue
        people = [
            set(agent.skills)
            for agent, tour in zip(data.agents, tours, strict=True)
            if tour is not None and slot in set(tour.working.tolist())
        ]
        people += [set(skills) for skills, slots in data.carried if slot in slots]
        units, short = [], 0.0
        for skill, row in data.required_agents.items():
            need, worth = float(row[slot]), data.under_cost[skill] + data.over_cost
            short += data.under_cost[skill] * need
            units += [(skill, worth)] * math.floor(need + 1e-9)
            if need - math.floor(need) > 1e-6:
                units.append((skill, worth * (need - math.floor(need))))
        total += short + data.over_cost * len(people) - served_value(people, units)
    return total
