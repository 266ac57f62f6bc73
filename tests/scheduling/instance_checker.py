"""The rules of the file format once more, in plain loops: shares no code with the solver.

Standard library only. `broken_rules` reads a result, `cost` prices it, `has_tour` says whether a person
can be placed at all.
"""

from collections import Counter
from functools import cache

DAY = 1440


def broken_rules(instance, result):
    """Sentences about every rule that a result breaks, and everybody who is left out."""
    found = []
    for agent in instance["agents"]:
        key = agent["id"]
        if key in result["unplaced"]:
            if key in result["agents"]:
                found.append(f"{key}: placed and unplaced")
        elif key not in result["agents"]:
            found.append(f"{key}: left out")
        else:
            shifts = result["agents"][key]
            found += [f"{key}: {text}" for text in _agent(instance, agent, shifts)]
    return found


def _hours(instance, agent):
    opening, window = instance["rules"]["open"], agent["window"]
    return max(opening[0], window[0]), min(opening[1], window[1])


def _pieces(form, start, gap):
    """Minutes [from, to) of the pieces of a shift."""
    at, found = start, []
    for length in form.get("pieces") or [form["minutes"]]:
        found.append((at, at + length))
        at += length + gap
    return found


def _agent(instance, agent, shifts):
    contract, rules = instance["contracts"][agent["contract"]], instance["rules"]
    days = [shift["day"] for shift in shifts]
    if len(set(days)) != len(days):
        yield "two shifts on one day"
    ends = {}
    for shift in sorted(shifts, key=lambda s: s["day"]):
        day = shift["day"]
        yield from _shift(instance, agent, contract, shift)
        form = contract["shifts"][shift["shift"]]
        ends[day] = day * DAY + _pieces(form, shift["start"], shift.get("gap", 0))[-1][1]
        rest = day * DAY + shift["start"] - ends.get(day - 1, -DAY)
        if rest < rules["min_rest_minutes"]:
            yield f"day {day}: rest of {rest} minutes"
    for week in range(instance["days"] // 7):
        yield from _week(contract, week, [s for s in shifts if s["day"] // 7 == week])
    worked = [day in days for day in range(instance["days"])]
    most = rules["max_consecutive_days"]
    if any(all(worked[first : first + most + 1]) for first in range(len(worked) - most)):
        yield f"more than {most} days in a row"
    weekends = [worked[n + 5] or worked[n + 6] for n in range(0, len(worked), 7)]
    for first in range(len(weekends)):
        if sum(weekends[first : first + 4]) > rules["max_weekends_in_4_weeks"]:
            yield "too many weekends"


def _week(contract, week, shifts):
    low, high = contract["days_per_week"]
    if not low <= len(shifts) <= high:
        yield f"{len(shifts)} days in week {week}"
    paid = sum(contract["shifts"][s["shift"]]["paid_minutes"] for s in shifts)
    low, high = contract["paid_minutes_per_week"]
    if not low <= paid <= high:
        yield f"{paid} paid minutes in week {week}"
    starts = [s["start"] for s in shifts]
    if starts and max(starts) - min(starts) > contract["start_band_minutes"]:
        yield f"starts vary by {max(starts) - min(starts)} minutes in week {week}"


def _shift(instance, agent, contract, shift):
    day, form = shift["day"], contract["shifts"][shift["shift"]]
    if not 0 <= day < instance["days"] or day in agent["days_off"]:
        yield f"works on day {day}"
    if "pieces" in form and shift["gap"] not in form["gaps"]:
        yield f"day {day}: a gap of {shift['gap']}"
    pieces = _pieces(form, shift["start"], shift.get("gap", 0))
    low, high = _hours(instance, agent)
    if shift["start"] % instance["interval_minutes"]:
        yield f"day {day}: starts at {shift['start']}"
    if not (low <= pieces[0][0] and pieces[-1][1] <= high):
        yield f"day {day}: {pieces} outside {low}-{high}"
    if len(shift["breaks"]) != len(form["breaks"]):
        yield f"day {day}: {len(shift['breaks'])} breaks"
        return
    taken = []
    for rule, offset in zip(form["breaks"], shift["breaks"], strict=True):
        first, end = pieces[rule.get("piece", 0)]
        if (
            not rule["earliest"] <= offset <= rule["latest"]
            or offset % instance["interval_minutes"]
        ):
            yield f"day {day}: a break at +{offset}"
        taken.append((first + offset, first + offset + rule["minutes"]))
        if taken[-1][1] > end:
            yield f"day {day}: a break past its piece"
    if any(a[0] < b[1] and b[0] < a[1] for n, a in enumerate(taken) for b in taken[:n]):
        yield f"day {day}: breaks meet"


# -- money ----------------------------------------------------------------------------------------


def cost(instance, result):
    """Under x shortage + over x idleness with the best assignment of people to skills."""
    step, there = instance["interval_minutes"], Counter()
    for agent in instance["agents"]:
        contract = instance["contracts"][agent["contract"]]
        skills = frozenset(agent["skills"])
        for shift in result["agents"].get(agent["id"], []):
            for minute in _at_work(contract, shift, step):
                there[(shift["day"] * DAY + minute) // step, skills] += 1
    people = {}
    for (slot, skills), count in there.items():
        people.setdefault(slot, []).append((skills, count))
    total = 0
    for slot in range(instance["days"] * DAY // step):
        need = {k: row[slot] for k, row in instance["requirement"].items() if row[slot]}
        groups = tuple(sorted(people.get(slot, []), key=lambda g: sorted(g[0])))
        served = most_served(groups, tuple(sorted(need.items())))
        total += instance["costs"]["under"] * (sum(need.values()) - served)
        total += instance["costs"]["over"] * (sum(count for _, count in groups) - served)
    return total


def _at_work(contract, shift, step):
    form = contract["shifts"][shift["shift"]]
    pieces = _pieces(form, shift["start"], shift.get("gap", 0))
    minutes = {m for a, b in pieces for m in range(a, b, step)}
    for rule, offset in zip(form["breaks"], shift["breaks"], strict=True):
        first = pieces[rule.get("piece", 0)][0] + offset
        minutes -= set(range(first, first + rule["minutes"], step))
    return minutes


@cache
def most_served(groups, need):
    """Most people who serve one of their skills each: every share of the first group is tried."""
    if not groups or not need:
        return 0
    (skills, count), rest = groups[0], groups[1:]
    if len(skills) == 1:
        shares = [[(skill, min(count, left)) for skill, left in need if skill in skills]]
    else:
        shares = list(_shares(count, [(k, n) for k, n in need if k in skills]))
    best = 0
    for share in shares:
        given = dict(share)
        left = tuple((k, n - given.get(k, 0)) for k, n in need)
        best = max(best, sum(given.values()) + most_served(rest, left))
    return best


def _shares(count, need):
    """All ways to give up to so many people to these skills."""
    if not need:
        yield []
        return
    (skill, most), others = need[0], need[1:]
    for given in range(min(count, most) + 1):
        for share in _shares(count - given, others):
            yield [(skill, given), *share]


# -- whether anybody can be placed ----------------------------------------------------------------


def has_tour(instance, agent):
    """Whether a legal tour exists; of two ways to the same counts the one that ends earlier is enough."""
    states = {
        (0, ()): -(10**6)
    }  # days in a row, weekends of the last weeks → end of the last shift
    for week in range(instance["days"] // 7):
        reached = {}
        for (run, weekends), end in states.items():
            for (after, weekend), last in _weeks(instance, agent, week, run, end).items():
                seen = (*weekends, weekend)[-4:]
                if sum(seen) <= instance["rules"]["max_weekends_in_4_weeks"]:
                    key = after, seen[-3:]
                    reached[key] = min(last, reached.get(key, last))
        states = reached
    return bool(states)


def _weeks(instance, agent, week, run, end):
    """(days in a row, weekend worked) → earliest end of the last shift, over all start bands."""
    contract = instance["contracts"][agent["contract"]]
    low, high = _hours(instance, agent)
    best = {}
    for first in range(low, high, instance["interval_minutes"]):
        states = {(run, 0, 0, False): end}
        for day in range(7 * week, 7 * week + 7):
            states = _after_day(instance, agent, day, first, states)
        for (after, days, paid, weekend), last in states.items():
            inside = contract["days_per_week"][0] <= days <= contract["days_per_week"][1]
            limits = contract["paid_minutes_per_week"]
            if inside and limits[0] <= paid <= limits[1]:
                best[after, weekend] = min(last, best.get((after, weekend), last))
    return best


def _after_day(instance, agent, day, first, states):
    contract, rules = instance["contracts"][agent["contract"]], instance["rules"]
    step, (_, high) = instance["interval_minutes"], _hours(instance, agent)
    found = {}

    def reach(key, end):
        found[key] = min(end, found.get(key, end))

    for (run, days, paid, weekend), end in states.items():
        reach((0, days, paid, weekend), end)
        if day in agent["days_off"] or run >= rules["max_consecutive_days"]:
            continue
        soonest = max(first, end + rules["min_rest_minutes"] - day * DAY)
        start = -(-soonest // step) * step
        if start > first + contract["start_band_minutes"]:
            continue
        for form in contract["shifts"]:
            last = _pieces(form, start, min(form.get("gaps", [0])))[-1][1]
            if last <= high:
                key = run + 1, days + 1, paid + form["paid_minutes"], weekend or day % 7 >= 5
                reach(key, day * DAY + last)
    return found
