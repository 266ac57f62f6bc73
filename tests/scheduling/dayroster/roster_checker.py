"""A checker that shares no code with the solver: it reads the file itself and names each broken rule."""

from itertools import groupby, pairwise


def read(text):
    sections, rows = {}, None
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("SECTION_"):
            rows = sections.setdefault(line.removeprefix("SECTION_"), [])
        elif line and line[0] != "#":
            rows.append(line.split(","))
    return sections


def broken_rules(text, assignments):
    """Names of rules that some employee's tour breaks."""
    sections = read(text)
    days = int(sections["HORIZON"][0][0])
    broken = set()
    for row in sections["STAFF"]:
        tour = [assignments.get(row[0], {}).get(str(day), "") for day in range(days)]
        off = [entry[1:] for entry in sections.get("DAYS_OFF", []) if entry[0] == row[0]]
        if any(tour[int(day)] for entry in off for day in entry):
            broken.add("days_off")
        broken.update(_broken_amounts(row, tour, sections))
        broken.update(_broken_orders(row, tour, sections))
    return broken


def _broken_amounts(row, tour, sections):
    """Rules about how much is worked."""
    minutes = {shift[0]: int(shift[1]) for shift in sections["SHIFTS"]}
    worked = sum(minutes[shift] for shift in tour if shift)
    saturdays = range(5, len(tour) // 7 * 7, 7)
    limits = [part.split("=") for part in row[1].split("|")]
    return {
        name
        for name, is_broken in {
            "most_minutes": worked > int(row[2]),
            "least_minutes": worked < int(row[3]),
            "most_of_shift": any(tour.count(shift) > int(most) for shift, most in limits),
            "most_weekends": sum(bool(tour[n] or tour[n + 1]) for n in saturdays) > int(row[7]),
        }.items()
        if is_broken
    }


def _broken_orders(row, tour, sections):
    """Rules about what may stand beside what."""
    banned = {(shift[0], after) for shift in sections["SHIFTS"] for after in shift[2].split("|")}
    runs = [(works, len(list(group))) for works, group in groupby(tour, key=bool)]
    inner = runs[1:-1]
    return {
        name
        for name, is_broken in {
            "banned_next": any(pair in banned for pair in pairwise(tour) if all(pair)),
            "most_days_running": any(works and size > int(row[4]) for works, size in runs),
            "least_days_running": any(works and size < int(row[5]) for works, size in inner),
            "least_days_off": any(not works and size < int(row[6]) for works, size in inner),
        }.items()
        if is_broken
    }


def penalty(text, assignments):
    sections, total = read(text), 0
    for name, day, shift, weight in sections.get("SHIFT_ON_REQUESTS", []):
        total += int(weight) * (assignments.get(name, {}).get(day) != shift)
    for name, day, shift, weight in sections.get("SHIFT_OFF_REQUESTS", []):
        total += int(weight) * (assignments.get(name, {}).get(day) == shift)
    for day, shift, need, under, over in sections["COVER"]:
        have = sum(tour.get(day) == shift for tour in assignments.values())
        missing = int(need) - have
        total += int(under) * missing if missing > 0 else -int(over) * missing
    return total
