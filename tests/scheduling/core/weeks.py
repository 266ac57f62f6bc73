"""Small weeks for tests of the core; name only what decides the test."""

import numpy as np

from scheduling.core.data import (
    AgentRules,
    BreakRule,
    ContractRules,
    ScheduleData,
    ShiftPattern,
)
from scheduling.core.instance_file import plain_horizon

HOUR = 4
DAY = 96


def pattern(minutes=480, **fields):
    lunch = BreakRule(minutes=30, earliest_minutes=180, latest_minutes=270)
    defaults = {
        "key": f"{minutes} min",
        "piece_minutes": (minutes,),
        "paid_minutes": minutes - 30,
        "breaks": (lunch,),
        "start_grid_minutes": 60,
    }
    return ShiftPattern(**defaults | fields)


def contract(**fields):
    defaults = {
        "name": "full",
        "patterns": (pattern(),),
        "days_per_week": (5, 5),
        "paid_minutes_per_week": (2250, 2250),
        "start_band_minutes": 1440,
        "max_consecutive_days": 14,
        "min_rest_minutes": 0,
    }
    return ContractRules(**defaults | fields)


def open_days(*days, low=6, high=22):
    """Spans that are open from `low` to `high` o'clock on these days."""
    return tuple(
        ((day * DAY + low * HOUR, day * DAY + high * HOUR),) if day in days else ()
        for day in range(7)
    )


def agent(key="anna", **fields):
    defaults = {
        "key": key,
        "contract": "full",
        "skills": ("calls",),
        "spans": open_days(*range(7)),
    }
    return AgentRules(**defaults | fields)


def demand(people=1.0, *, hours=(8, 18), days=range(7)):
    row = np.zeros(7 * DAY)
    for day in days:
        row[day * DAY + hours[0] * HOUR : day * DAY + hours[1] * HOUR] = people
    return row


def week(*, agents=None, contracts=None, required=None, **fields):
    required = required if required is not None else {"calls": demand()}
    contracts = contracts or [contract()]
    defaults = {
        "horizon": plain_horizon(days=7, interval_minutes=15),
        "contracts": {item.name: item for item in contracts},
        "agents": tuple(agents if agents is not None else [agent()]),
        "required_agents": required,
        "under_cost": dict.fromkeys(required, 10.0),
        "over_cost": 1.0,
    }
    return ScheduleData(**defaults | fields)
