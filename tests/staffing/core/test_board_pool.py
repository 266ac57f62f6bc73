"""What a pool's people give, held against the chain of one live queue by itself."""

import numpy as np
import pytest

from staffing.core.blending_path import PoolTraffic
from staffing.core.board_pool import PoolPeople, pool_outlook
from staffing.core.definitions import ServiceLevel
from staffing.core.traffic import Thresholds, Traffic
from staffing.core.transfer import Transfer
from staffing.core.transient import DEFINITION_CODES, LivePath, evaluate_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY

LEVEL = ServiceLevel.ANSWERED_OVER_OFFERED
HALF_HOUR, AHT, THRESHOLD = 1800.0, 300.0, 20.0


def pool(offered, *, patience):
    """A pool of one live queue, so many contacts in each half hour."""
    size = len(offered)
    shape = (size, 1)
    goals = np.full((*shape, 5), np.nan)
    goals[:, :, :2] = 0.8, DEFINITION_CODES[LEVEL]
    thresholds = np.full((*shape, 2), np.nan)
    thresholds[:, :, 0] = THRESHOLD
    return PoolTraffic(
        arrival_rate=np.array(offered, dtype=float)[:, None] / HALF_HOUR,
        aht_seconds=np.full(shape, AHT),
        patience_seconds=np.full(shape, patience),
        thresholds=thresholds,
        goals=goals,
        item_aht_seconds=np.full(size, np.nan),
        is_steady_before=False,
        interval_seconds=HALF_HOUR,
        least_agents=np.zeros(size, dtype=np.int64),
    )


def outlook(traffic, agents):
    size = traffic.intervals
    there = PoolPeople(
        people=np.array(agents, dtype=float),
        reserve_agents=np.zeros(size),
        does_items=np.zeros(size, dtype=bool),
        is_interruptible=True,
        rule=Transfer(),
    )
    return pool_outlook(traffic, there)


def alone(offered, agents, *, patience):
    """Contacts in time by the chain of one queue."""
    load = np.array(offered, dtype=float) * AHT / HALF_HOUR
    one = np.ones(load.size)
    begins = np.full(load.size, CONTINUES)
    begins[0] = OPENS_EMPTY
    path = LivePath(
        traffic=Traffic(load, one * AHT, one * patience),
        interval_seconds=HALF_HOUR,
        begins=begins,
    )
    found = evaluate_transient(
        path,
        agents=np.array(agents, dtype=float),
        thresholds=Thresholds(one * THRESHOLD, one * np.nan, frozenset({LEVEL})),
    )
    return found.service_levels[LEVEL] * np.array(offered, dtype=float)


@pytest.mark.parametrize("patience", [120.0, 1800.0])
def test_who_waits_where_nobody_is_there_is_met_by_those_who_come_back(patience):
    offered, agents = [60, 60, 60, 60, 60], [13, 13, 0, 13, 13]

    found = outlook(pool(offered, patience=patience), agents).in_time[:, 0]

    assert found[2] == 0.0
    assert found == pytest.approx(alone(offered, agents, patience=patience), abs=0.05)
    # Those who come back to nobody waiting would have more in time.
    begun_anew = outlook(pool([60, 60, 0, 60, 60], patience=patience), agents).in_time[:, 0]
    assert found[3] < begun_anew[3] - 0.3


def test_patient_contacts_that_nobody_took_cost_the_next_half_hour_its_level():
    offered, agents = [60, 60, 60, 60], [13, 0, 13, 13]

    found = outlook(pool(offered, patience=np.nan), agents)

    assert found.in_time[2, 0] < 1.0
    assert found.misses[2]


def test_nobody_waits_over_the_hours_in_which_nothing_is_open():
    offered = [60, 60, 0, 60]

    found = outlook(pool(offered, patience=np.nan), [13, 0, 0, 13]).in_time[:, 0]

    assert found[3] == pytest.approx(alone([60], [13], patience=np.nan)[0], abs=0.05)
