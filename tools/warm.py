"""Compile the loops that a first schedule would wait for: solve tiny rosters through every phase."""

import sys
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scheduling.core.at_work import works_at
from scheduling.core.dayroster.incumbent import Incumbent
from scheduling.core.dayroster.reading import read_roster
from scheduling.core.dayroster.solver import Clocks, RosterParams
from scheduling.core.dayroster.solver import solve as solve_days
from scheduling.core.instance_file import read_instance
from scheduling.core.pricing import agent_classes
from scheduling.core.result import WorkBudget
from scheduling.core.solver import solve

BREAK = {"minutes": 60, "earliest": 60, "latest": 120, "piece": 0}


def tiny(skills: list[str], weeks: int) -> dict[str, Any]:
    """A roster of six people with full, part-time and split shifts."""
    day = [0] * 8 + [2] * 10 + [0] * 6
    full = {
        "shifts": [{"minutes": 480, "paid_minutes": 480, "breaks": [BREAK]}],
        "days_per_week": [5, 5],
        "paid_minutes_per_week": [2400, 2400],
        "start_band_minutes": 120,
    }
    part = {
        "shifts": [
            {"minutes": 240, "paid_minutes": 240, "breaks": []},
            {"minutes": 300, "paid_minutes": 300, "breaks": [BREAK]},
            {"pieces": [180, 180], "gaps": [120], "paid_minutes": 360, "breaks": []},
        ],
        "days_per_week": [3, 5],
        "paid_minutes_per_week": [900, 1500],
        "start_band_minutes": 120,
    }
    return {
        "interval_minutes": 60,
        "days": 7 * weeks,
        "first_weekday": 0,
        "costs": {"under": 10, "over": 1},
        "rules": {
            "open": [480, 1140],
            "max_consecutive_days": 6,
            "min_rest_minutes": 660,
            "max_weekends_in_4_weeks": 3,
        },
        "contracts": {"full": full, "part": part},
        "requirement": dict.fromkeys(skills, day * 7 * weeks),
        "agents": [
            {
                "id": f"a{n}",
                "contract": ("full", "part")[n % 2],
                "skills": skills[: 1 + n % len(skills)],
                "window": [480, 1140],
                "days_off": [n % 5],
            }
            for n in range(6)
        ],
    }


def tiny_days() -> str:
    """A roster of shifts by day: two weeks, five people, a late shift that no early one follows."""
    people, days = "ABCDE", range(14)
    sections = {
        "HORIZON": ["14"],
        "SHIFTS": ["E,480,", "L,480,E"],
        "STAFF": [f"{name},E=14|L={4 + n},4320,2400,5,2,2,1" for n, name in enumerate(people)],
        "DAYS_OFF": [f"{name},{n}" for n, name in enumerate(people)],
        "SHIFT_ON_REQUESTS": [f"{name},{2 * n},E,2" for n, name in enumerate(people, start=2)],
        "SHIFT_OFF_REQUESTS": [f"{name},{n},L,1" for n, name in enumerate(people, start=3)],
        "COVER": [f"{day},{shift},{1 + day % 2},100,1" for day in days for shift in "EL"],
    }
    return "\n".join(f"SECTION_{name}\n" + "\n".join(rows) for name, rows in sections.items())


def main() -> None:
    """Solve them all."""
    asked = count()
    roster = read_roster(tiny_days())
    clocks = Clocks(share_used=lambda: next(asked) / 400, computing_seconds=lambda: 0.0)
    solve_days(roster, Incumbent(roster), clocks, RosterParams(threads=1))
    for skills, weeks in ((["calls"], 1), (["calls", "chat"], 2)):
        data = read_instance(tiny(skills, weeks))
        solve(data, WorkBudget(work=1500))
        works_at(agent_classes(data)[0].model, 10)


if __name__ == "__main__":
    main()
