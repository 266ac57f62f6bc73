"""Which shrinkage code costs how many people in which interval of a requirement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray
from staffing.core.series import RequirementSeries
from staffing.core.shrinkage import ShrinkageShare, rates_by_code
from staffing.models import RequirementQueueResult
from staffing.queries.inputs import weekdays_of
from wfm.org.models import ActivityCode
from wfm.timeline import local_dates, local_minutes


@dataclass(frozen=True)
class PeopleByCode:
    """Paid people of each interval: on position, and away by code.

    Attributes:
        codes: Keys of the codes, those that the schedule places last.
        names: Their names, by key.
        placed: The codes that the schedule places itself.
        required_agents: On position.
        people: Away, by code.
        paid_people: All of them: on position / (1 - all shares).

    """

    codes: list[str]
    names: dict[str, str]
    placed: frozenset[str]
    required_agents: FloatArray
    people: dict[str, FloatArray]
    paid_people: FloatArray


def people_by_code(result: RequirementQueueResult, series: RequirementSeries) -> PeopleByCode:
    """Return the people by code from the shares that the run was computed with."""
    timezone = result.queue.timezone
    dates = local_dates(series.starts_at, timezone)
    minutes = local_minutes(series.starts_at, timezone)
    lines = result.detail.get("shrinkage", [])
    codes = list(dict.fromkeys(str(line["code"]) for line in lines))
    rates = {code: np.zeros(dates.shape) for code in codes}
    for line in lines:
        rows = np.flatnonzero(_holds(line, dates))
        share = ShrinkageShare(
            **{name: value for name, value in line.items() if name not in {"starts_on", "ends_on"}}
        )
        part = rates_by_code([share], weekdays=weekdays_of(dates[rows]), minutes=minutes[rows])
        rates[share.code][rows] += part[share.code]
    placed = frozenset(str(line["code"]) for line in lines if line["is_scheduled"])
    total = np.sum(list(rates.values()), axis=0) if rates else np.zeros(dates.shape)
    paid = series.required_agents / (1.0 - total)
    known = ActivityCode.objects.filter(key__in=codes)
    return PeopleByCode(
        codes=sorted(codes, key=lambda code: code in placed),
        names=dict.fromkeys(codes, "") | {code.key: code.name for code in known},
        placed=placed,
        required_agents=series.required_agents,
        people={code: paid * rate for code, rate in rates.items()},
        paid_people=paid,
    )


def _holds(line: dict[str, str | None], dates: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    holds = dates >= np.datetime64(str(line["starts_on"]))
    if line["ends_on"] is not None:
        holds &= dates < np.datetime64(line["ends_on"])
    return np.asarray(holds)
