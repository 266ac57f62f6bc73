"""Random centres with hybrid people, scarce desks, deferred work and meetings, for tests and the benchmark."""

import numpy as np

from scheduling.core.data import (
    BreakRule,
    DeferredWork,
    FloatingActivity,
    ScheduleData,
    WorkMode,
)
from scheduling.core.instance_file import plain_horizon
from tests.scheduling.core import weeks

SHAPE = np.array([0.3, 0.6, 0.9, 1.0, 0.95, 0.8, 0.85, 0.95, 0.9, 0.75, 0.6, 0.5, 0.4, 0.3])
"""Demand of the hours from seven to nine in the evening."""
WEEKDAYS = np.array([1.0, 0.9, 0.85, 0.85, 0.95, 0.5, 0.4])
HOURS_PER_WEEK = 37.5
DEFERRED_PER_AGENT = 8.0
"""Agent-slots of deferred work per agent and day."""


def contracts():
    """A full-timer's five days of eight hours with lunch and a short break; no pay is a choice."""
    breaks = (
        BreakRule(minutes=15, earliest_minutes=90, latest_minutes=150),
        BreakRule(minutes=30, earliest_minutes=210, latest_minutes=300),
    )
    shift = weeks.pattern(480, breaks=breaks, paid_minutes=450, start_grid_minutes=30)
    return [
        weeks.contract(
            name="full",
            patterns=(shift,),
            start_band_minutes=180,
            max_consecutive_days=6,
            min_rest_minutes=660,
        )
    ]


def centre(
    count,
    *,
    seed,
    weeks_ahead=1,
    seats_share=0.62,
    office_rate=1.0,
    quota=(3, 3),
    deferred=False,
    meetings=0,
    load=0.93,
):
    """A centre of `count` people, two skills, most of them hybrid; live demand fits `load` of the people.

    Args:
        count: people.
        seed: of everything drawn.
        weeks_ahead: length.
        seats_share: desks per person who may be in the office.
        office_rate: what a slot in the office gets done.
        quota: least and most days in the office a week.
        deferred: mail that comes in each hour and is due a day later, beside live work.
        meetings: per hundred people and week, of three people each.
        load: live demand as a share of what all are there for.
    """
    rng = np.random.default_rng(seed)
    horizon = plain_horizon(days=7 * weeks_ahead, interval_minutes=15)
    agents = [_agent(rng, n, count, weeks_ahead, quota, deferred) for n in range(count)]
    required = {
        skill: _live(rng, horizon, hours)
        for skill, hours in _live_hours(agents, weeks_ahead, load - 0.2 * deferred).items()
    }
    return ScheduleData(
        horizon=horizon,
        contracts={item.name: item for item in contracts()},
        agents=tuple(agents),
        required_agents=required,
        under_cost=dict.fromkeys(required, 10.0),
        over_cost=1.0,
        seats={"north": np.full(horizon.slots, max(1, round(seats_share * count)))},
        office_rate=office_rate,
        office_spans={"north": tuple((d * 96 + 28, d * 96 + 84) for d in range(7 * weeks_ahead))},
        deferred=_mail(rng, horizon, count) if deferred else (),
        activities=tuple(_meetings(rng, agents, round(meetings * count / 100), weeks_ahead)),
        rooms={"north": np.full(horizon.slots, max(1, count // 50))},
    )


def _agent(rng, number, count, weeks_ahead, quota, deferred):
    mode = rng.choice([WorkMode.HYBRID, WorkMode.OFFICE, WorkMode.HOME], p=[0.8, 0.1, 0.1])
    skills = ("calls",) if number < 0.7 * count else ("chat",)
    low = int(rng.choice([7, 8, 9]))
    return weeks.agent(
        f"p{number}",
        skills=(*skills, "mail") if deferred and rng.random() < 0.6 else skills,
        spans=tuple(((day * 96 + low * 4, day * 96 + 84),) for day in range(7 * weeks_ahead)),
        work_mode=WorkMode(mode),
        site="north",
        office_days_per_week=quota if mode == WorkMode.HYBRID else None,
    )


def _live_hours(agents, weeks_ahead, load):
    found = {}
    for skill in ("calls", "chat"):
        people = sum(skill in agent.skills for agent in agents)
        if people:
            found[skill] = load * people * HOURS_PER_WEEK * weeks_ahead * 0.966
    return found


def _live(rng, horizon, hours):
    """A day's curve by weekday with some noise, decimals as staffing gives them."""
    row = np.zeros(horizon.slots)
    for day in range(horizon.days):
        curve = np.repeat(SHAPE, 4) * WEEKDAYS[day % 7] * rng.uniform(0.95, 1.05)
        row[day * 96 + 28 : day * 96 + 84] = curve * rng.uniform(0.95, 1.05, 56)
    return np.round(row * hours * 4 / row.sum(), 2)


def _mail(rng, horizon, count):
    found = []
    for day in range(horizon.days):
        for hour in range(8, 20, 2):
            amount = DEFERRED_PER_AGENT * count * 0.6 / 6 * WEEKDAYS[day % 7]
            first = day * 96 + hour * 4
            found.append(
                DeferredWork(
                    skill="mail",
                    release_slot=first,
                    due_slot=min(horizon.slots, first + 96),
                    agent_slots=round(float(amount * rng.uniform(0.8, 1.2)), 1),
                    late_cost=8.0,
                )
            )
    return tuple(found)


def _meetings(rng, agents, count, weeks_ahead):
    for number in range(count * weeks_ahead):
        first = int(rng.integers(0, 7 * weeks_ahead - 4)) * 96
        size = int(rng.choice([1, 2, 3]))
        yield FloatingActivity(
            key=f"meeting {number}",
            minutes=int(rng.choice([30, 45, 60])),
            attendants=tuple(agents[n].key for n in rng.choice(len(agents), size, replace=False)),
            spans=((first, first + 5 * 96),),
            needs_office=bool(rng.random() < 0.3),
            room_site="north" if size > 1 else "",
        )
