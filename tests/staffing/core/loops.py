"""Small days through every compiled loop that plans and simulates: the same figures, compiled or not.

`python -m tests.staffing.core.loops FILE.npz` writes them; the test runs it with the compiler off.
"""

import sys
from dataclasses import asdict, make_dataclass, replace

import numba
import numpy as np

from staffing.core import simulation_pool_state
from staffing.core.blending_path import PoolTraffic, walk_blended, walk_interruptible, walk_live
from staffing.core.callbacks import CallbackOffers
from staffing.core.deferred_chance import DeferredChance
from staffing.core.goals import Goals
from staffing.core.simulation import SimulatedQueue, simulate
from staffing.core.simulation_chat import simulate_chat
from staffing.core.simulation_deferred import SimulatedOffice, simulate_deferred
from staffing.core.simulation_pool import (
    AgentGroup,
    DeferredStream,
    LiveStream,
    SimulatedPool,
    simulate_pool,
)
from staffing.core.traffic import Traffic
from staffing.core.transient import LivePath, evaluate_transient, required_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY
from tests.staffing.core.pools import Case, Deferred, Live, demand_of, pool_of

QUARTER = 900.0
SIZE = 4

if numba.config.DISABLE_JIT:  # what compiled code passes by reference it alone can make
    plain_day = make_dataclass("Day", simulation_pool_state.Day.__annotations__)
    simulation_pool_state.Day = plain_day


def figures():
    """Return arrays by name."""
    return {
        **_flat("queue", simulate(a_queue(), days=3, seed=1)),
        **_flat("callbacks", simulate(a_queue_with_callbacks(), days=3, seed=2)),
        **_flat("chats", simulate_chat(a_queue(), concurrency=3, growth_rate=0.2, days=3, seed=3)),
        **_flat("office", asdict(simulate_deferred(an_office(), repeats=3, seed=4))),
        **_flat("drawn", drawn_work()),
        **{
            name: array
            for kind in ("kept", "interrupted")
            for name, array in _flat(f"pool_{kind}", vars(lived_pool(kind))).items()
        },
        **blended_walks(),
        **{
            name: array
            for kind in ("patient", "impatient", "callbacks")
            for name, array in _flat(f"day_{kind}", planned_day(kind)).items()
        },
    }


def planned_day(kind):
    """A day planned by every goal and looked at with other agents: somebody waits across a gap."""
    load = np.array([2.0, 4.0, 0.0, 3.0])
    patience = {"patient": np.nan, "impatient": 60.0, "callbacks": 120.0}[kind]
    offers = CallbackOffers(np.full(SIZE, 30.0), np.full(SIZE, 0.5))
    path = LivePath(
        Traffic(load, np.full(SIZE, 150.0), np.full(SIZE, patience)),
        QUARTER,
        np.array([OPENS_EMPTY, CONTINUES, CONTINUES, CONTINUES]),
        callbacks=offers if kind == "callbacks" else None,
    )
    caps = {} if kind == "patient" else {"max_abandonment_rate": 0.05}
    goals = Goals.same(SIZE, level=0.8, threshold_seconds=20.0, max_asa_seconds=15.0, **caps)
    agents = required_transient(path, goals=goals, guess=np.array([4.0, 6.0, 0.0, 5.0]))
    found = {"agents": agents}
    for name, people in (("planned", agents), ("short", np.array([3.0, 2.0, 1.0, 6.0]))):
        seen = evaluate_transient(path, agents=people, thresholds=goals.thresholds())
        found |= {f"{name}_{field}": value for field, value in vars(seen).items()}
        found[f"{name}_level"] = seen.service_levels[goals.definition]
    return found


def a_queue():
    """Load that outgrows the agents, of whom half go home."""
    load, aht = np.array([3.0, 6.0, 5.0, 2.0]), 120.0
    return SimulatedQueue(
        arrival_rate=load / aht,
        aht_seconds=np.full(SIZE, aht),
        patience_seconds=np.full(SIZE, 60.0),
        agents=np.array([4, 6, 6, 2]),
        interval_seconds=QUARTER,
        threshold_seconds=20.0,
        short_seconds=5.0,
        handling_spread=0.7,
    )


def a_queue_with_callbacks():
    """Nobody hangs up; half of those who are offered a callback take it."""
    return replace(
        a_queue(),
        patience_seconds=np.full(SIZE, np.nan),
        callback_after_seconds=np.full(SIZE, 30.0),
        callback_rate=np.full(SIZE, 0.5),
        handling_spread=1.0,
    )


def an_office():
    """A morning and an afternoon with fewer people, and items that are late already."""
    hour = 3600.0
    return SimulatedOffice(
        interval_seconds=hour,
        items=np.array([6.0, 4.0, 8.0, 2.0]),
        aht_seconds=np.full(SIZE, 900.0),
        agents=np.array([0, 3, 0, 2]),
        opens=np.array([hour, 3 * hour]),
        closes=np.array([2 * hour, 4 * hour]),
        due_of=lambda moments: moments + 2 * hour,
        held_due=np.array([0.5, 1.5, 3.5]) * hour,
        held_aht_seconds=1200.0,
        held_late_by=3 * hour,
        gives_way_factor=1.0,
        handling_spread=1.0,
    )


def drawn_work():
    """A day's drawn items, worked off by people who come, go and rest."""
    case = Case("drawn", (), (Deferred(160.0, backlog=10),), days=1, cap=0.9)
    demand = replace(demand_of(case, case.deferred[0]), occupancy_cap=case.cap)
    chance = DeferredChance.draw(demand, seed=5, drawn_items=400, least_repeats=2)
    agents = np.where((case.hours >= 8) & (case.hours < 18), 2.0, 0.0)
    agents[22:32] = 0.0
    agents[32:36] = 1.0
    return vars(chance.try_plan(agents))


def lived_pool(kind):
    """Two live queues and a deferred one with three groups of agents."""
    queues = [_stream([3, 6, 9, 2], patience=60.0), _stream([2, 4, 5, 1], patience=np.nan)]
    work = DeferredStream(
        arrival_rate=np.full(SIZE, 2.0 / 300.0),
        due_seconds=(np.arange(SIZE) + 3) * QUARTER,
        aht_seconds=np.full(SIZE, 300.0),
        given_ready_seconds=np.array([0.0, 500.0, 0.0]),
        given_due_seconds=np.array([-10.0, 1500.0, 3000.0]),
        given_aht_seconds=400.0,
        is_interruptible=kind == "interrupted",
    )
    pool = SimulatedPool(
        QUARTER,
        live=queues,
        deferred=[work],
        groups=[
            _group([0, -1], [4, 5, 8, 1], serves_deferred=False, reserve=0),
            _group([1, 0], [4, 6, 6, 2], serves_deferred=True, reserve=1),
            _group([-1, -1], [1, 1, 0, 1], serves_deferred=True, reserve=0),
        ],
    )
    return simulate_pool(pool, days=2, seed=6, trace=True)


def blended_walks():
    """Two queues and deferred work together: alone, in their idle time, and pushed aside."""
    live = (Live(3.0, opens=9, closes=12), Live(2.0, patience=np.nan, opens=9, closes=12))
    case = Case("walk", live, (Deferred(30.0, aht=240.0),), days=1, minutes=60)
    rows = slice(9, 12)
    whole = pool_of(case).traffic
    columns = {
        name: value[rows] if isinstance(value, np.ndarray) else value
        for name, value in vars(whole).items()
    }
    traffic = PoolTraffic(**columns)
    agents = np.array([8, 9, 7])
    alone = walk_live(traffic, agents)
    blended = walk_blended(traffic, agents, least_levels=alone.levels - 0.03, cap=0.9)
    aside = walk_interruptible(traffic, agents, cap=0.9)
    walks = {"alone": alone, "blended": blended, "aside": aside}
    return {
        name: array
        for kind, walk in walks.items()
        for name, array in _flat(f"walk_{kind}", vars(walk)).items()
    }


def _stream(load, *, patience):
    return LiveStream(
        arrival_rate=np.array(load) / 150.0,
        aht_seconds=np.full(SIZE, 150.0),
        patience_seconds=np.full(SIZE, patience),
        threshold_seconds=np.full(SIZE, 20.0),
    )


def _group(ranks, agents, *, serves_deferred, reserve):
    return AgentGroup(
        live_ranks=np.array(ranks),
        serves_deferred=np.array([serves_deferred]),
        agents=np.array(agents),
        reserve=np.full(SIZE, reserve),
    )


def _flat(prefix, found):
    parts = found if isinstance(found, dict) else {"": found}
    return {
        f"{prefix}_{name}": np.asarray(value, dtype=float)
        for name, value in parts.items()
        if isinstance(value, int | float | np.ndarray)
    }


if __name__ == "__main__":
    np.savez(sys.argv[1], **figures())
