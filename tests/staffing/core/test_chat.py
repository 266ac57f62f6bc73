"""Chat: the chain against a simulation of single chats, and its limits."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.core.chat import ChatHandling, evaluate_chat, required_chat_agents
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.requirement import required_agents
from staffing.core.traffic import Thresholds, Traffic

FIGURES = ("wait_rate", "abandonment_rate", "mean_wait_seconds", "asa_seconds", "occupancy_rate")


def row(erlangs, aht=300.0, patience=120.0):
    return Traffic(np.array([float(erlangs)]), np.array([aht]), np.array([float(patience)]))


def predict(handling, erlangs, agents, threshold=60.0, **traffic):
    found = evaluate_chat(
        handling=handling,
        traffic=row(erlangs, **traffic),
        agents=np.array([float(agents)]),
        thresholds=Thresholds(np.array([threshold]), np.array([5.0])),
    )
    figures = {name: float(getattr(found, name)[0]) for name in FIGURES}
    return figures | {key: float(level[0]) for key, level in found.service_levels.items()}


@pytest.mark.parametrize("agents", [1, 3, 8, 20])
def test_one_contact_at_once_is_erlang_a(agents):
    chat = predict(ChatHandling(1, 0.0), 7.5, agents)
    erlang = evaluate(
        model=Model.A,
        traffic=row(7.5),
        agents=np.array([float(agents)]),
        thresholds=Thresholds(np.array([60.0]), np.array([5.0])),
    )
    for name in FIGURES:
        assert chat[name] == pytest.approx(getattr(erlang, name)[0], rel=1e-9)
    for key in ServiceLevel:
        assert chat[key] == pytest.approx(erlang.service_levels[key][0], rel=1e-9)


@pytest.mark.parametrize("agents", [2, 5])
def test_without_growth_two_places_are_two_agents(agents):
    """Then a place is as good as a person, but for occupancy."""
    pairs = predict(ChatHandling(2, 0.0), 7.5, agents)
    singles = predict(ChatHandling(1, 0.0), 7.5, 2 * agents)
    del pairs["occupancy_rate"], singles["occupancy_rate"]
    assert pairs == pytest.approx(singles, rel=1e-9)


class ChatFloor:
    """Chats one by one on a clock: the least busy agent takes the next, work is shared evenly.

    Each chat brings an amount of work of mean 1; an agent with k chats gives each 1 / AHT(k) a second.
    """

    def __init__(self, handling, *, erlangs, agents, aht, patience, chats, seed):
        random = np.random.default_rng(seed)
        self.places = handling.concurrency
        self.seconds = (handling.relative_aht(np.arange(1, self.places + 1)) * aht).tolist()
        self.arrivals = np.cumsum(random.exponential(aht / erlangs, chats)).tolist()
        self.leaves = (self.arrivals + random.exponential(patience, chats)).tolist()
        self.work = random.exponential(1.0, chats).tolist()
        self.held = [{} for _ in range(agents)]
        self.waits, self.now = {}, 0.0

    def next_end(self):
        """When, at whom and which chat ends next."""
        ends = [
            (self.now + left * self.seconds[len(hand) - 1], agent, chat)
            for agent, hand in enumerate(self.held)
            for chat, left in hand.items()
        ]
        return min(ends, default=(np.inf, None, None))

    def advance(self, at):
        for hand in self.held:
            for chat in hand:
                hand[chat] -= (at - self.now) / self.seconds[len(hand) - 1]
        self.now = at

    def take(self, agent, chat):
        self.held[agent][chat] = self.work[chat]
        self.waits[chat] = self.now - self.arrivals[chat]

    def finish_until(self, moment, queue):
        while (end := self.next_end())[1] is not None and end[0] <= moment:
            self.advance(end[0])
            del self.held[end[1]][end[2]]
            while queue and self.leaves[queue[0]] < self.now:
                queue.popleft()
            if queue:
                self.take(end[1], queue.popleft())
        if np.isfinite(moment):
            self.advance(moment)

    def run(self):
        """Return the wait of each answered chat."""
        queue = deque()
        for chat, arrived in enumerate(self.arrivals):
            self.finish_until(arrived, queue)
            free = min(range(len(self.held)), key=lambda agent: len(self.held[agent]))
            if len(self.held[free]) < self.places:
                self.take(free, chat)
            else:
                queue.append(chat)
        self.finish_until(np.inf, queue)
        return self.waits


@pytest.mark.parametrize(
    ("concurrency", "growth", "erlangs", "agents"),
    [(2, 0.25, 10.0, 5), (3, 0.2, 14.0, 5), (2, 0.6, 6.0, 3)],
)
def test_the_chain_agrees_with_single_chats(concurrency, growth, erlangs, agents):
    handling = ChatHandling(concurrency, growth)
    shape = {"erlangs": erlangs, "agents": agents, "aht": 300.0, "patience": 180.0}
    levels, lost = [], []
    for seed in range(3):
        waits = ChatFloor(handling, **shape, chats=4000, seed=seed).run()
        levels.append(sum(wait <= 60.0 for wait in waits.values()) / 4000)
        lost.append(1 - len(waits) / 4000)
    found = predict(handling, erlangs, agents, patience=180.0)
    assert found["answered_over_offered"] == pytest.approx(np.mean(levels), abs=0.03)
    assert found["abandonment_rate"] == pytest.approx(np.mean(lost), abs=0.02)


def test_slower_chats_beside_each_other_cost_more_than_dividing_says():
    """With AHT given for one chat alone, halving Erlang's answer understaffs."""
    handling = ChatHandling(2, 0.4)
    alone, together = 20.0, 20.0 * 1.4
    goals = Goals.same(1, level=0.8, threshold_seconds=20)
    chain = required_chat_agents(handling=handling, traffic=row(together), goals=goals)[0]
    erlang = required_agents(model=Model.A, traffic=row(alone), goals=goals)[0]
    assert chain > np.ceil(erlang / 2) * 1.1


def test_chats_that_never_leave_wait_for_ever_when_there_are_too_few_agents():
    found = predict(ChatHandling(2, 0.0), 9, 4, patience=np.nan)
    assert found["wait_rate"] == pytest.approx(1, abs=1e-6)
    assert found["asa_seconds"] > 1e7
    enough = predict(ChatHandling(2, 0.0), 9, 8, patience=np.nan)
    assert enough["abandonment_rate"] < 1e-6


def test_no_chats_and_no_agents():
    assert predict(ChatHandling(2, 0.2), 0, 3)["answered_over_offered"] == 1.0
    assert required_chat_agents(
        handling=ChatHandling(2, 0.2),
        traffic=row(0),
        goals=Goals.same(1, level=0.8, threshold_seconds=9, min_agents=2),
    ).tolist() == [2]


@settings(deadline=None)
@given(
    erlangs=st.floats(0.1, 40),
    agents=st.integers(1, 25),
    concurrency=st.integers(1, 4),
    growth=st.floats(0, 0.9),
)
def test_one_more_agent_never_lowers_service(erlangs, agents, concurrency, growth):
    handling = ChatHandling(concurrency, growth)
    fewer, more = (predict(handling, erlangs, n) for n in (agents, agents + 1))
    assert more["answered_over_offered"] >= fewer["answered_over_offered"] - 1e-9
    assert more["abandonment_rate"] <= fewer["abandonment_rate"] + 1e-9
    assert 0 <= more["occupancy_rate"] <= 1 + 1e-12


@pytest.mark.parametrize(
    ("concurrency", "growth", "sentence"),
    [
        (0, 0.0, "concurrency >= 1, got 0"),
        (2, 1.0, "slower than one after the other"),
        (2, -0.1, "-0.1"),
    ],
)
def test_wrong_handling_is_refused(concurrency, growth, sentence):
    with pytest.raises(ValueError, match=sentence):
        ChatHandling(concurrency, growth)
