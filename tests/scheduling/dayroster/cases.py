"""Small problems in the file format, drawn or written."""

from functools import cache
from itertools import product

import numpy as np

from scheduling.core.dayroster.generation import Generation
from scheduling.core.dayroster.pool import Pool
from scheduling.core.dayroster.programme import EmployeeProgramme
from scheduling.core.dayroster.reading import read_roster, write_assignments
from tests.scheduling.dayroster.roster_checker import broken_rules


def file_text(*, days, shifts, staff, days_off=(), on=(), off=(), cover=()):
    sections = {
        "HORIZON": [str(days)],
        "SHIFTS": shifts,
        "STAFF": staff,
        "DAYS_OFF": days_off,
        "SHIFT_ON_REQUESTS": on,
        "SHIFT_OFF_REQUESTS": off,
        "COVER": cover,
    }
    return "\n".join(
        line for name, lines in sections.items() for line in (f"SECTION_{name}", "# note", *lines)
    )


def drawn_text(seed, *, days=8, people=2, shifts=2):
    """A random problem, most of which have a legal roster."""
    rng = np.random.default_rng(seed)
    names = "EDN"[:shifts]
    lengths = rng.choice([480, 600, 720], size=shifts)
    bans = {
        name: "|".join(other for other in names if other < name and rng.random() < 0.6)
        for name in names
    }
    staff = []
    for person in range(people):
        limits = "|".join(f"{name}={rng.choice([0, 1, 2, days, days])}" for name in names)
        least = int(rng.integers(0, 3)) * 480
        most = least + int(rng.integers(1, 5)) * 600
        longest = int(rng.integers(2, 6))
        staff.append(
            f"P{person},{limits},{most},{least},{longest},{rng.integers(1, 4)},"
            f"{rng.integers(1, 4)},{rng.integers(0, 2)}"
        )

    def wishes(share):
        return [
            f"P{person},{day},{name},{rng.integers(1, 4)}"
            for person in range(people) for day in range(days) for name in names
            if rng.random() < share
        ]  # fmt: skip

    return file_text(
        days=days,
        shifts=[f"{name},{length},{bans[name]}" for name, length in zip(names, lengths, strict=True)],
        staff=staff,
        days_off=[f"P{person},{rng.integers(0, days)}" for person in range(people)],
        on=wishes(0.2),
        off=wishes(0.2),
        cover=[
            f"{day},{name},{rng.integers(0, people + 1)},{rng.choice([3, 10, 100])},{rng.choice([0, 1, 2])}"
            for day in range(days) for name in names
        ],
    )  # fmt: skip


@cache
def legal_tours(text, person=0):
    """All legal tours of one employee, by trying every one."""
    data = read_roster(text)
    name = data.employees[person].name
    alone = "\n".join(
        line
        for line in text.splitlines()
        if not any(
            line.startswith(f"{other.name},") for other in data.employees if other.name != name
        )
    )
    tours = []
    for picks in product(range(-1, len(data.shifts)), repeat=data.days):
        worked = {str(day): data.shifts[s].name for day, s in enumerate(picks) if s >= 0}
        if not broken_rules(alone, {name: worked}):
            tours.append(picks)
    return np.array(tours, dtype=np.int16).reshape(-1, data.days)


def tour_costs(tours, cost):
    """Price of each tour."""
    padded = np.concatenate((cost, np.zeros((len(cost), 1))), axis=1)
    return padded[np.arange(len(cost)), tours].sum(axis=1)


def generation_of(data, *, is_over=lambda: False):
    return Generation(
        data=data,
        programmes=[EmployeeProgramme(data, number) for number in range(len(data.employees))],
        pool=Pool(data),
        is_over=is_over,
    )


def assignments_of(data, roster):
    return write_assignments(data, roster)
