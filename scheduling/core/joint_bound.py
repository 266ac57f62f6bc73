"""A lower bound on the cost of live cover and deferred work together, from any prices.

With prices p[skill, slot] between 0 and under + over: serving live demand r costs r x (p - over), each unit of
deferred work the cheaper of being late and of the least p - over in its window, and each person earns at most
their best legal tour on max(p of own skills) - over. See `pricing` for live work alone. Office rules, desks and
activities only take people away from work, so the figure stays valid with them.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import ScheduleData
from scheduling.core.joint_state import live_data
from scheduling.core.roster import Roster


def joint_bound(data: ScheduleData, prices: Mapping[str, NDArray[np.float64]]) -> float | None:
    """Money below which no legal schedule of the data costs; None where prices are missing."""
    live = live_data(data)
    if set(prices) != set(live.required_agents):
        return None
    roster = Roster(live)
    over = np.where(live.counted_slots, live.over_cost, 0.0)
    priced = {
        skill: np.where(
            live.counted_slots,
            np.clip(np.asarray(row, dtype=float), 0.0, live.under_cost[skill] + live.over_cost),
            0.0,
        )
        for skill, row in prices.items()
    }
    total = sum(float(live.required_agents[s] @ (priced[s] - over)) for s in priced)
    for work in data.deferred:
        window = (priced[work.skill] - over)[max(0, work.release_slot) : work.due_slot]
        cheapest = min(work.late_cost, float(window.min())) if len(window) else work.late_cost
        total += work.agent_slots * cheapest
    total -= _earned_by_carried(live, priced, over)
    return total - _earned_by_agents(roster, priced, over)


def _earned(
    skills: tuple[str, ...], priced: Mapping[str, NDArray[np.float64]], over: NDArray[np.float64]
) -> NDArray[np.float64]:
    rows = [priced[skill] for skill in skills if skill in priced]
    best = np.max(rows, axis=0) if rows else np.zeros(len(over))
    return np.asarray(best - over)


def _earned_by_carried(
    data: ScheduleData, priced: Mapping[str, NDArray[np.float64]], over: NDArray[np.float64]
) -> float:
    return sum(
        float(_earned(skills, priced, over)[np.asarray(slots, dtype=np.int64)].sum())
        for skills, slots in data.carried
    )


def _earned_by_agents(
    roster: Roster, priced: Mapping[str, NDArray[np.float64]], over: NDArray[np.float64]
) -> float:
    total = 0.0
    for group in roster.classes:
        value, tour = group.model.priced(_earned(group.skills, priced, over))
        if tour is not None:
            wishes = sum(wish.worth for wish in group.model.agent.wishes if wish.works)
            total += (value - wishes) * len(group.members)
    return total
