"""The keeper: takes marks, brings AgentLive up to date, announces. One works at a time.

Everything of a step happens in one transaction: the marks go, the rows and the spans of days come.
Whatever ends it in between leaves the marks, and the next keeper takes them. What it remembers
between steps can be forgotten at any time; `live.compute_live` from nothing gives the same rows.
"""

import heapq
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import redis
from django.db import transaction

from adherence.core.groups import StateGroup
from adherence.models import AgentLive
from adherence.services.bus import NOWHERE, Place, announce
from adherence.services.feeds import FeedBook, agents_spoken_for
from adherence.services.keeper_memory import KeeperMemory
from adherence.services.live import judge
from adherence.services.live_rows import LiveValues, live_values, without_version, write_live
from adherence.services.marks import Mark, take_marks
from adherence.services.spans import expand_spans, leave_spans
from adherence.services.tick import close_forgotten, follow_plans
from wfm.org.models import Agent

logger = logging.getLogger(__name__)

MARKS_PER_STEP = 400
DUE_PER_STEP = 400
QUEUE_SLACK = 4
"""Moments that no longer hold stay in the queue until they are so many times the agents."""
_UNKNOWN = StateGroup.UNKNOWN.name
_GROUP_COLUMN = 2


@dataclass(frozen=True)
class StepResult:
    """What a step has done."""

    marks: list[Mark]
    refreshed: int
    changed: int
    is_behind: bool
    """More is waiting than one step takes."""


@dataclass
class Kept:
    """How the rows of AgentLive stand, and when each must be looked at again."""

    texts: dict[int, str] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    checks: dict[int, int] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    queue: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def read(cls) -> "Kept":
        """Read the rows; everyone is due, since something may have changed meanwhile."""
        kept = cls()
        for agent_id, row_json in AgentLive.objects.values_list("agent_id", "row_json"):
            kept.texts[agent_id], kept.versions[agent_id] = without_version(row_json)
        kept.expect(Agent.objects.active().values_list("pk", flat=True), at=0)
        kept.expect(kept.texts, at=0)
        return kept

    def expect(self, agent_ids: Iterable[int], *, at: int) -> None:
        """Look at these agents at that moment, if not before."""
        for agent_id in agent_ids:
            if at < self.checks.get(agent_id, at + 1):
                self.checks[agent_id] = at
                heapq.heappush(self.queue, (at, agent_id))

    def take_due(self, second: int, *, limit: int, into: set[int]) -> bool:
        """Add agents whose moment has come, at most to the limit; True when some are left."""
        while self.queue and self.queue[0][0] <= second:
            if len(into) >= limit:
                return True
            moment, agent_id = heapq.heappop(self.queue)
            if self.checks.get(agent_id) == moment:
                into.add(agent_id)
        return False

    def note(self, agent_id: int, *, at: int) -> None:
        """Look at this agent at that moment, and no more at the one noted before."""
        self.checks[agent_id] = at
        heapq.heappush(self.queue, (at, agent_id))
        if len(self.queue) > QUEUE_SLACK * (len(self.checks) + 100):
            self.queue = [(moment, pk) for pk, moment in self.checks.items()]
            heapq.heapify(self.queue)

    def forget(self, agent_id: int) -> None:
        """An agent that is no more."""
        self.checks.pop(agent_id, None)
        self.texts.pop(agent_id, None)


class Keeper:
    """Keeps AgentLive, step by step."""

    def __init__(self) -> None:
        self._memory: KeeperMemory | None = None
        self._kept = Kept()
        self._book = FeedBook(feeds={})
        self._place: Place = NOWHERE

    @property
    def agents(self) -> int:
        """How many agents are looked after."""
        return len(self._kept.checks)

    def forget_everything(self) -> None:
        """After a failure: what is remembered may be ahead of the database or behind it."""
        self._memory = None
        self._place = NOWHERE

    def step(self, *, at: datetime, marks_above: int = 0) -> StepResult:
        """Take what is marked or due and bring it up to date, in one transaction.

        `marks_above` leaves out marks that are known to be gone: they may still lie there to be
        stepped over while an old transaction is open.
        """
        with transaction.atomic():
            memory = self._memory or self._begin(at)
            marks = take_marks(above=marks_above, limit=MARKS_PER_STEP)
            since, whole = _agents_of(marks)
            memory.forget(whole)
            chosen = {*since, *whole, *self._heard(memory, marks, at)}
            more = self._kept.take_due(int(at.timestamp()), limit=DUE_PER_STEP, into=chosen)
            rows = self._refresh(memory, chosen, since, at)
            leave_spans(marks)
            if self._place == NOWHERE:  # viewers read anew at once, not with the next change
                transaction.on_commit(lambda: self._announce({}))
        return StepResult(
            marks=marks,
            refreshed=len(chosen),
            changed=rows,
            is_behind=more or len(marks) == MARKS_PER_STEP,
        )

    def reread(self, *, at: datetime) -> None:
        """Read again what changes seldom: codes, names, teams, feeds, new agents."""
        if self._memory is None:
            return
        with transaction.atomic():
            self._book = self._book.reread()
            known = set(self._memory.people)
            changed = set(self._memory.reread_people(at=at))
            if self._memory.reread_codes():
                changed |= known
            changed.update(self._memory.reread_feeds(at=at))
            self._kept.expect(changed, at=0)
            active = Agent.objects.active().values_list("pk", flat=True)
            self._kept.expect([pk for pk in active if pk not in self._kept.checks], at=0)

    def follow(self, *, at: datetime) -> None:
        """See new plans; they leave marks of their own."""
        follow_plans(at=at)

    def close_and_expand(self, *, at: datetime) -> None:
        """Close forgotten clock-outs, and turn the spans left so far into days."""
        close_forgotten(at=at)
        expand_spans(at=at)

    def _begin(self, at: datetime) -> KeeperMemory:
        self._kept, self._book = Kept.read(), FeedBook.read()
        self._memory = KeeperMemory.read(at=at)
        return self._memory

    def _heard(self, memory: KeeperMemory, marks: list[Mark], at: datetime) -> set[int]:
        """Fold in when feeds were heard; return the agents whom that lets be seen again."""
        beats = self._book.fold(marks, at=at)
        second = int(at.timestamp())
        returned: set[int] = set()
        for feed_id, moments in beats.items():
            was_silent = memory.hear(feed_id, moments, second=second, at=at)
            if was_silent:
                returned |= agents_spoken_for([feed_id], at=at) & self._kept.unknown
        return returned

    def _refresh(
        self, memory: KeeperMemory, chosen: set[int], since: dict[int, int], at: datetime
    ) -> int:
        if not chosen:
            return 0
        if memory.learn(agent_ids=chosen, since=since, at=at):
            self._kept.expect(list(memory.people), at=0)
        ids = sorted(pk for pk in chosen if pk in memory.agents)
        for gone in chosen - memory.agents.keys():
            self._kept.forget(gone)
        if not ids:
            return 0
        days, later = memory.snapshot(agent_ids=ids, at=at)
        rows = live_values(
            judge(days, at=at), people=memory.people, names=memory.names, later=later
        )
        changed = [row for row in rows if self._kept.texts.get(row.agent_id) != row.text]
        self._note(rows)
        self._write(changed, at)
        return len(changed)

    def _note(self, rows: list[LiveValues]) -> None:
        for row in rows:
            self._kept.note(row.agent_id, at=row.next_check_at)
            if row.columns[_GROUP_COLUMN] == _UNKNOWN:
                self._kept.unknown.add(row.agent_id)
            else:
                self._kept.unknown.discard(row.agent_id)

    def _write(self, changed: list[LiveValues], at: datetime) -> None:
        if not changed:
            return
        versions = [self._kept.versions.get(row.agent_id, 0) + 1 for row in changed]
        texts = write_live(changed, versions=versions, at=at)
        for row, version in zip(changed, versions, strict=True):
            self._kept.texts[row.agent_id] = row.text
            self._kept.versions[row.agent_id] = version
        transaction.on_commit(lambda: self._announce(texts))

    def _announce(self, texts: dict[int, str]) -> None:
        """Tell the viewers; what could not be told makes the next announcement a new epoch."""
        try:
            self._place = announce(texts, place=self._place)
        except (redis.RedisError, OSError) as error:
            logger.warning(
                "Changed rows could not be announced (%s); viewers will read anew.", error
            )
            self._place = NOWHERE


def keep_once(*, at: datetime) -> StepResult:
    """Do everything that is marked or due at this moment, from an empty memory."""
    keeper = Keeper()
    with transaction.atomic():
        keeper.follow(at=at)
        result = keeper.step(at=at)
        while result.is_behind:
            result = keeper.step(at=at)
        keeper.close_and_expand(at=at)
        keeper.step(at=at)
    return result


def _agents_of(marks: Iterable[Mark]) -> tuple[dict[int, int], set[int]]:
    """The agents with new events and since when, and those to be read whole."""
    since: dict[int, int] = {}
    whole: set[int] = set()
    for mark in marks:
        if mark.is_whole:
            whole.update(mark.agent_ids)
            continue
        for agent_id, second in zip(mark.agent_ids, mark.since_seconds, strict=True):
            if second < since.get(agent_id, second + 1):
                since[agent_id] = second
    return since, whole
