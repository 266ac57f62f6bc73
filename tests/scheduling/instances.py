"""Random contact centres in the file format of `solve_file`, with agents who cannot be placed among them.

The rules are those of the format; the README beside the development instances describes it.
"""

import random

DAY = 1440
OPEN = (420, 1320)

LUNCH = {"minutes": 30, "earliest": 180, "latest": 270, "piece": 0}
SHORT = {"minutes": 30, "earliest": 60, "latest": 120, "piece": 0}

CONTRACTS = {
    "FULL": {
        "shifts": [{"minutes": 510, "paid_minutes": 480, "breaks": [SHORT, LUNCH]}],
        "days_per_week": [5, 5],
        "paid_minutes_per_week": [2400, 2400],
        "start_band_minutes": 120,
    },
    "MIXED": {
        "shifts": [
            {"minutes": 480, "paid_minutes": 450, "breaks": [LUNCH]},
            {"minutes": 600, "paid_minutes": 570, "breaks": [SHORT, {**LUNCH, "latest": 330}]},
        ],
        "days_per_week": [4, 5],
        "paid_minutes_per_week": [2130, 2490],
        "start_band_minutes": 240,
    },
    "PART": {
        "shifts": [
            {"minutes": 240, "paid_minutes": 240, "breaks": [SHORT]},
            {"minutes": 330, "paid_minutes": 315, "breaks": [{**SHORT, "latest": 180}]},
        ],
        "days_per_week": [3, 5],
        "paid_minutes_per_week": [900, 1260],
        "start_band_minutes": 180,
    },
    "SPLIT": {
        "shifts": [
            {"pieces": [240, 210], "gaps": [120, 180, 240], "paid_minutes": 450,
             "breaks": [SHORT, {**SHORT, "piece": 1}]},
            {"minutes": 480, "paid_minutes": 450, "breaks": [LUNCH]},
        ],
        "days_per_week": [4, 5],
        "paid_minutes_per_week": [1800, 2250],
        "start_band_minutes": 120,
    },
    # Nobody reaches these hours on so few days.
    "TOO_LONG": {
        "shifts": [{"minutes": 480, "paid_minutes": 450, "breaks": [LUNCH]}],
        "days_per_week": [4, 5],
        "paid_minutes_per_week": [2400, 2700],
        "start_band_minutes": 120,
    },
    # Fourteen hours leave ten to the next morning, fewer than rest asks for.
    "NO_REST": {
        "shifts": [{"minutes": 840, "paid_minutes": 780, "breaks": [LUNCH]}],
        "days_per_week": [5, 5],
        "paid_minutes_per_week": [3900, 3900],
        "start_band_minutes": 900,
    },
}  # fmt: skip
PLACEABLE = ("FULL", "MIXED", "PART", "SPLIT")


def random_instance(seed):
    """An instance and the ids of agents for whom it has no legal tour."""
    rng = random.Random(seed)
    step = rng.choice([15, 30, 30, 30])
    weeks = rng.choice([1, 1, 1, 2, 2, 3, 4])
    skills = ["A", "B", "C"][: rng.randint(1, 3)]
    contracts = rng.sample(PLACEABLE, 2)
    agents = [_agent(rng, skills, weeks, contracts) for _ in range(rng.randint(4, 10))]
    rules = {
        "open": list(OPEN),
        "max_consecutive_days": rng.choice([5, 6]),
        "min_rest_minutes": rng.choice([660, 720]),
        "max_weekends_in_4_weeks": rng.choice([2, 3]),
    }
    planted = []
    for kind in rng.sample(sorted(IMPOSSIBLE), rng.randint(1, 3)):
        fields = IMPOSSIBLE[kind](weeks, rules)
        if fields is not None:
            planted.append({"skills": [rng.choice(skills)], **fields})
    people = [*agents, *planted]
    for agent in planted:
        agent["planted"] = True
    rng.shuffle(people)
    impossible = set()
    for number, agent in enumerate(people):
        agent["id"] = f"a{number:04}"
        if agent.pop("planted", False):
            impossible.add(agent["id"])
    instance = {
        "interval_minutes": step,
        "days": 7 * weeks,
        "first_weekday": 0,
        "costs": {"under": rng.choice([5, 10]), "over": rng.choice([1, 2])},
        "rules": rules,
        "contracts": CONTRACTS,
        "requirement": {
            skill: _requirement(rng, 7 * weeks, step, len(agents) / len(skills)) for skill in skills
        },
        "agents": people,
    }
    return instance, impossible


def _agent(rng, skills, weeks, contracts):
    """Somebody with hours and days off; by far most of them can be placed."""
    low = rng.choice([480, 540])
    high = rng.choice([1140, 1200])
    days_off = [
        7 * week + day for week in range(weeks) for day in rng.sample(range(7), rng.randint(0, 2))
    ]
    own = rng.sample(skills, min(len(skills), rng.choice([1, 1, 2])))
    return {
        "contract": rng.choice(contracts),
        "skills": sorted(own),
        "window": [low, high],
        "days_off": days_off,
    }


def _requirement(rng, days, step, people):
    """Agents by interval: two peaks a day, less at the weekend."""
    row = []
    for day in range(days):
        height = people * rng.uniform(0.3, 0.9) * (0.5 if day % 7 >= 5 else 1.0)
        for minute in range(0, DAY, step):
            hour = minute / 60
            level = 1.0 - abs(hour - 11) / 5, 0.8 - abs(hour - 16.5) / 5
            inside = OPEN[0] <= minute < OPEN[1]
            row.append(round(height * max(0.15, *level)) if inside else 0)
    return row


# -- people who cannot be placed, and why ---------------------------------------------------------


def _few_days(weeks, _rules):
    last = 7 * (weeks - 1)
    return _impossible("FULL", days_off=[last, last + 2, last + 4])


def _narrow_window(_weeks, _rules):
    return _impossible("FULL", window=[600, 1080])


def _closed_hours(_weeks, _rules):
    return _impossible("PART", window=[1200, 1439])


def _hours_out_of_reach(_weeks, _rules):
    return _impossible("TOO_LONG")


def _no_rest(_weeks, _rules):
    return _impossible("NO_REST", days_off=[0, 1])


def _run_over_the_border(weeks, _rules):
    """The last five days of one week and the first five of the next are ten in a row."""
    return None if weeks < 2 else _impossible("FULL", days_off=[0, 1, 12, 13])


def _every_weekend(weeks, _rules):
    """Five days a week without two weekdays: one weekend day each week, for four weeks."""
    days_off = [7 * week + day for week in range(weeks) for day in (1, 3)]
    return None if weeks < 4 else _impossible("FULL", days_off=days_off)


def _wide_split(_weeks, _rules):
    return _impossible("SPLIT", window=[600, 1050])


IMPOSSIBLE = {
    "few_days": _few_days,
    "narrow_window": _narrow_window,
    "closed_hours": _closed_hours,
    "hours_out_of_reach": _hours_out_of_reach,
    "no_rest": _no_rest,
    "run_over_the_border": _run_over_the_border,
    "every_weekend": _every_weekend,
    "wide_split": _wide_split,
}


def _impossible(contract, *, window=OPEN, days_off=()):
    return {"contract": contract, "window": list(window), "days_off": list(days_off)}
