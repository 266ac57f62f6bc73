"""The keeper's memory: filled when an agent is first looked at, kept by marks, forgotten on doubt."""

from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from adherence.core.data import DayWindows, Ints, PlannedActivities, Spans, SweepData
from adherence.core.live import NEVER
from adherence.core.memory import AgentMemory, CodeKinds, FeedMemory
from adherence.core.states import declared_states
from adherence.queries.agent_days import AgentDays, PlanDetail
from adherence.queries.codes import CodeTable, code_table
from adherence.queries.live_memory import (
    code_kinds,
    day_number,
    events_since,
    load_agents,
    load_feeds,
    load_plans,
    new_events,
)
from adherence.queries.live_names import NameTexts, PersonText, name_texts, read_people
from adherence.queries.spoken import feeds_by_agent


@dataclass
class KeeperMemory:
    """Agents by id, and what is common to all."""

    codes: CodeTable
    kinds: CodeKinds
    names: NameTexts
    feeds: dict[int, FeedMemory]
    agents: dict[int, AgentMemory] = field(default_factory=dict)
    people: dict[int, PersonText] = field(default_factory=dict)

    @classmethod
    def read(cls, *, at: datetime) -> "KeeperMemory":
        """Begin with what is common to all; agents are read when they are looked at."""
        codes = code_table()
        return cls(
            codes=codes,
            kinds=code_kinds(codes),
            names=name_texts(codes.codes),
            feeds=load_feeds(at=at),
        )

    def reread_codes(self) -> bool:
        """Read codes and queues again; True when anything about them has changed."""
        codes = code_table()
        names = name_texts(codes.codes)
        if names == self.names and _same_codes(codes, self.codes):
            return False
        self.codes, self.kinds, self.names = codes, code_kinds(codes), names
        return True

    def reread_people(self, *, at: datetime) -> list[int]:
        """Read names and teams again; return the agents about whom something has changed.

        A team may stand in another zone, so that they are forgotten whole.
        """
        found = read_people(agent_ids=list(self.people), day=at.astimezone(UTC).date())
        changed = [pk for pk, person in self.people.items() if found.get(pk) != person]
        self.forget(changed)
        return [pk for pk in changed if pk in found]

    def hear(self, feed_id: int, moments: Sequence[int], *, second: int, at: datetime) -> bool:
        """Note heartbeats of a feed; True when it was silent until then, or may have been."""
        feed = self.feeds.get(feed_id)
        if feed is None:
            self.feeds = load_feeds(at=at)
            return True
        was_silent = feed.silent_from <= second
        if not all(feed.hear(moment, now=second) for moment in moments):
            self.feeds = load_feeds(at=at)
            return True
        return was_silent

    def reread_feeds(self, *, at: datetime) -> list[int]:
        """Read the feeds and whom they speak for; return the agents for whom that has changed."""
        before = {pk: feed.limit_seconds for pk, feed in self.feeds.items()}
        self.feeds = load_feeds(at=at)
        after = {pk: feed.limit_seconds for pk, feed in self.feeds.items()}
        edited = {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
        spoken = feeds_by_agent(self.agents, at=at)
        changed = []
        for agent_id, own in self.agents.items():
            feeds = spoken.get(agent_id, ())
            if feeds != own.feeds or edited.intersection(feeds):
                own.feeds = feeds
                changed.append(agent_id)
        return changed

    def forget(self, agent_ids: Iterable[int]) -> None:
        """Forget these agents; they are read when they are looked at."""
        for agent_id in agent_ids:
            self.agents.pop(agent_id, None)
            self.people.pop(agent_id, None)

    def learn(self, *, agent_ids: Collection[int], since: dict[int, int], at: datetime) -> bool:
        """Have these agents in memory as the database holds them now.

        `since` says from which second on there are new events. True when a code came up that was
        not known, so that the codes were read again.
        """
        missing = [pk for pk in agent_ids if pk not in self.agents]
        known = {pk: second for pk, second in since.items() if pk in self.agents}
        code_ids: set[int] = set()
        if missing:
            self.people |= read_people(agent_ids=missing, day=at.astimezone(UTC).date())
            loaded = load_agents(agent_ids=missing, codes=self.codes, at=at)
            self.agents |= {pk: own for pk, own in loaded.items() if pk in self.people}
            for own in loaded.values():
                code_ids.update(own.events.code_id, own.plan.code_id)
        found = new_events(since=known, at=at)
        nothing = (array("q"), array("q"))
        for agent_id, second in known.items():
            moments, codes = found.get(agent_id, nothing)
            self.agents[agent_id].events.replace_from(second, moments, codes)
            code_ids.update(codes)
        today = day_number(at)
        self._turn_day(
            [pk for pk in agent_ids if pk in self.agents and self.agents[pk].day != today], at
        )
        return not self.kinds.kinds.keys() >= code_ids and self.reread_codes()

    def snapshot(
        self, *, agent_ids: Sequence[int], at: datetime
    ) -> tuple[AgentDays, dict[int, int]]:
        """What the rules need to know of these agents (ascending) at that moment, and no more.

        Also the first second after it at which an event has its time, by agent.
        """
        second = int(at.timestamp())
        for feed in self.feeds.values():
            feed.catch_up(second)
        return _Trimmed(self, second).days(agent_ids)

    def _turn_day(self, agent_ids: Sequence[int], at: datetime) -> None:
        """A new UTC day has begun: plan and operational days of the days around it."""
        if not agent_ids:
            return
        oldest = int(events_since(at).timestamp())
        for agent_id, fresh in load_plans(agent_ids=agent_ids, codes=self.codes, at=at).items():
            own = self.agents[agent_id]
            own.plan, own.windows, own.excuses = fresh.plan, fresh.windows, fresh.excuses
            own.day = fresh.day
            own.events.forget_before(oldest)


class _Trimmed:
    """Collects the rows of some agents that decide one second."""

    def __init__(self, memory: KeeperMemory, second: int) -> None:
        self.memory, self.second = memory, second
        self.plan: list[list[int]] = [[] for _column in range(6)]
        self.states: list[list[int]] = [[] for _column in range(3)]
        self.windows: list[list[int]] = [[] for _column in range(3)]
        self.excused: list[list[int]] = [[] for _column in range(3)]
        self.silences: list[list[int]] = [[] for _column in range(3)]
        self.later: dict[int, int] = {}

    def days(self, agent_ids: Sequence[int]) -> tuple[AgentDays, dict[int, int]]:
        """The rows of these agents as a sweep reads them."""
        count = len(agent_ids)
        since, following = [NEVER] * count, [NEVER] * count
        for index, agent_id in enumerate(agent_ids):
            own = self.memory.agents[agent_id]
            self._take(index, agent_id, own)
            for feed_id in own.feeds:
                feed = self.memory.feeds.get(feed_id)
                if feed is None:
                    continue
                self._take_silences(index, feed)
                target = since if feed.silent_from <= self.second else following
                target[index] = min(target[index], feed.silent_from)
        return self._as_days(agent_ids, since, following), self.later

    def _take(self, index: int, agent_id: int, own: AgentMemory) -> None:
        second, plan = self.second, own.plan
        first, last = plan.rows_for(second)
        owner, starts, ends, codes, queues, homes = self.plan
        owner.extend([index] * (last - first))
        starts.extend(plan.starts_at[first:last])
        ends.extend(plan.ends_at[first:last])
        codes.extend(plan.code_id[first:last])
        queues.extend(plan.queue_id[first:last])
        homes.extend(plan.is_home[first:last])
        row = plan.row_at(second)
        is_planned = row >= 0 and plan.ends_at[row] > second
        begin, end = own.events.rows_for(
            second,
            self.memory.kinds,
            planned=plan.code_id[row] if is_planned else 0,
            since=plan.starts_at[plan.first_row[row]] if is_planned else 0,
        )
        owner, moments, declared = self.states
        owner.extend([index] * (end - begin))
        moments.extend(own.events.at[begin:end])
        declared.extend(own.events.code_id[begin:end])
        if end < len(own.events.at):
            self.later[agent_id] = own.events.at[end]
        for start, stop in own.windows:
            if start <= second < stop:
                _append(self.windows, index, start, second + 1)
        for start, stop in own.excuses:
            _append(self.excused, index, start, stop)

    def _take_silences(self, index: int, feed: FeedMemory) -> None:
        for start, stop in feed.silences_until(self.second + 1):
            _append(self.silences, index, start, stop)

    def _as_days(
        self, agent_ids: Sequence[int], since: list[int], following: list[int]
    ) -> AgentDays:
        codes = self.memory.codes
        owner, starts, ends, code_ids, queues, homes = (_ints(column) for column in self.plan)
        agent, at, declared_ids = (_ints(column) for column in self.states)
        declared = declared_states(
            agent=agent,
            at=at,
            code=codes.rows(declared_ids),
            codes=codes.states,
            until=self.second + 1,
        )
        return AgentDays(
            agent_ids=_ints(agent_ids),
            dates=(),
            codes=codes,
            data=SweepData(
                windows=DayWindows(*(_ints(column) for column in self.windows)),
                states=declared.points,
                plan=PlannedActivities(owner, starts, ends, code=codes.rows(code_ids)),
                codes=codes.rules,
                excused=Spans(*(_ints(column) for column in self.excused)),
                silences=Spans(*(_ints(column) for column in self.silences)),
            ),
            declared=declared,
            plan_detail=PlanDetail(
                day=np.zeros(len(owner), np.int64), queue_id=queues, is_home=homes == 1
            ),
            silent_since=_ints(since),
            silent_from=_ints(following),
        )


def _append(columns: list[list[int]], *values: int) -> None:
    for column, value in zip(columns, values, strict=True):
        column.append(value)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _same_codes(one: CodeTable, other: CodeTable) -> bool:
    fields = ("pk", "state_group", "is_work", "is_paid", "tolerance_seconds", "limit_seconds")
    return [[getattr(code, name) for name in fields] for code in one.codes] == [
        [getattr(code, name) for name in fields] for code in other.codes
    ]
