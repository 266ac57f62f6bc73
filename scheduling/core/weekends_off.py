"""Which weekends each agent has off where a contract limits weekends: a rotation, even over the weeks.

Weeks are planned one after the other. Where everybody may work every weekend until their limit is reached, the
first weeks use up what the last one needs. With a weekend off that is known beforehand any plan of a week is legal
beside any plan of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scheduling.core.day_sets import least_heads, most_minutes
from scheduling.core.pricing import AgentClass
from scheduling.core.tour_tables import WEEKDAYS
from scheduling.core.tours import TourModel

WEEKENDS_SEEN = 4


def with_weekends_off(classes: Sequence[AgentClass], weeks: int) -> list[AgentClass]:
    """The classes, those with a limit on weekends told apart by the weekends that their members have off.

    Those with fewest ways go first. Each member gets one of the ways that leave most hours, the one that fewest
    with the same contract and skills have.
    """
    load: dict[tuple[object, ...], list[int]] = {}
    found: list[AgentClass] = []
    ways = {id(group): _ways(group.model, weeks) for group in classes}
    for group in sorted(classes, key=lambda g: len(ways[id(g)])):
        own = ways[id(group)]
        if not own:
            found.append(group)
            continue
        agent = group.model.agent
        key = (group.skills, agent.contract, agent.zone, agent.site)
        loads = load.setdefault(key, [0] * WEEKENDS_SEEN)
        best = _with_most_hours(group.model, own)
        parts: dict[frozenset[int], list[int]] = {}
        for member in group.members:
            phase = min(best, key=loads.__getitem__)
            loads[phase] += 1
            parts.setdefault(own[phase], []).append(member)
        found += [
            replace(group, members=tuple(members), closed_days=_days(group.model, off))
            for off, members in parts.items()
        ]
    return found


def _ways(model: TourModel, weeks: int) -> dict[int, frozenset[int]]:
    """By phase of the rotation: weekends off that keep the limit whatever else is worked and leave all weeks possible."""
    most = model.limits.most_weekends
    if most >= WEEKENDS_SEEN:
        return {}
    past = ((False,) * 3 + model.agent.previous_weekends)[-3:]
    ways = {}
    for phase in range(WEEKENDS_SEEN):
        off = frozenset(
            w for w in range(weeks) if (w - phase) % WEEKENDS_SEEN < WEEKENDS_SEEN - most
        )
        worked = [*past, *(week not in off for week in range(weeks))]
        kept = all(
            sum(worked[at : at + WEEKENDS_SEEN]) <= most for at in range(max(1, len(worked) - 3))
        )
        if kept and _is_possible(model, off):
            ways[phase] = off
    return ways


def _with_most_hours(model: TourModel, ways: Mapping[int, frozenset[int]]) -> list[int]:
    """The phases that let a member work most."""
    hours = {phase: most_minutes(model, _days(model, off)) for phase, off in ways.items()}
    return [phase for phase, most in hours.items() if most == max(hours.values())]


def _days(model: TourModel, off: frozenset[int]) -> frozenset[int]:
    """Days of the weekends off."""
    return frozenset(
        WEEKDAYS * week + day
        for week in off
        for day in range(WEEKDAYS)
        if model.weeks.weekend[1 << day] and WEEKDAYS * week + day < model.horizon.days
    )


def _is_possible(model: TourModel, off: frozenset[int]) -> bool:
    """True where every week has a set of days that goes with these weekends off and with its neighbors."""
    closed = _days(model, off)
    if closed & (set(model.agent.must_work) | set(model.fixed)):
        return False
    return least_heads(model, closed) is not None
