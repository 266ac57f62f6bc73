"""The linear programme of a week's days in the office: where its answer is whole, it is the best one.

Present slots are intervals of a line and ratios count disjoint sets of them, so that the answer nearly always is
whole: 5,000 people take half a second. Where it is not, or where teams or meetings link people, CP-SAT decides.
"""

from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from scheduling.core.office_model import (
    MISSING_DAY,
    MISSING_WANTED,
    STEPS,
    TRAVEL,
    OfficeWeek,
    desk_rows,
)

WHOLE = 1e-6


class _Rows:
    """Rows of a sparse matrix with their upper limits."""

    def __init__(self) -> None:
        self.row: list[int] = []
        self.column: list[int] = []
        self.value: list[float] = []
        self.most: list[float] = []

    def at_most(self, columns: list[int], most: float, *, sign: float = 1.0) -> None:
        """Add sign x the sum of these columns <= most."""
        self.row += [len(self.most)] * len(columns)
        self.column += columns
        self.value += [sign] * len(columns)
        self.most.append(most)


def relaxed_days(week: OfficeWeek) -> frozenset[int] | None:
    """The best days of a week without teams and meetings; None where the programme's are not whole."""
    if week.activities or week.teams:
        return None
    places = [n for n, s in enumerate(week.shifts) if s.fits and s.agent not in week.travellers]
    if not places:
        return frozenset()
    column = {place: n for n, place in enumerate(places)}
    by_agent: dict[int, list[int]] = defaultdict(list)
    for place in places:
        by_agent[week.shifts[place].agent].append(column[place])
    rows = _Rows()
    for site, free in week.free.items():
        here = [place for place in places if week.shifts[place].site == site]
        for members, desks in desk_rows(week.shifts, free, here):
            rows.at_most([column[place] for place in members], desks)
    agents = list(by_agent)
    for number, agent in enumerate(agents):
        low, high = week.asked[agent]
        rows.at_most(by_agent[agent], high)
        rows.at_most([*by_agent[agent], len(places) + number], -low, sign=-1.0)
    matrix = coo_array(
        (rows.value, (rows.row, rows.column)), shape=(len(rows.most), len(places) + len(agents))
    ).tocsr()
    most = np.array([1.0] * len(places) + [7.0] * len(agents))
    answer = milp(
        _costs(week, places, len(agents)),
        constraints=LinearConstraint(matrix, -np.inf, rows.most),
        bounds=Bounds(0.0, most),
    )
    if answer.x is None or np.abs(answer.x - np.round(answer.x)).max() > WHOLE:
        return None
    return frozenset(place for place in places if answer.x[column[place]] > 0.5)


def _costs(week: OfficeWeek, places: list[int], agents: int) -> list[float]:
    dearest = max(week.shifts[place].loss for place in places) or 1.0
    costs = []
    for place in places:
        shift = week.shifts[place]
        costs.append(shift.loss / dearest * STEPS + TRAVEL - MISSING_WANTED * shift.wanted)
    return costs + [float(MISSING_DAY)] * agents
