"""The whole solve: a first roster, the bound, dives from it, then one neighborhood after the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from scheduling.core.dayroster.bounding import ascend
from scheduling.core.dayroster.construct import NoTourError, construct
from scheduling.core.dayroster.data import Roster, RosterData
from scheduling.core.dayroster.dive import DiveParams, dive
from scheduling.core.dayroster.generation import Generation, GenerationParams
from scheduling.core.dayroster.helper import Channel, Helper, News
from scheduling.core.dayroster.incumbent import Incumbent, Phase
from scheduling.core.dayroster.master import Master
from scheduling.core.dayroster.neighborhoods import Neighborhoods
from scheduling.core.dayroster.part import whole_part
from scheduling.core.dayroster.pool import Pool
from scheduling.core.dayroster.programme import EmployeeProgramme
from scheduling.core.dayroster.search import Search

STEPS_PER_DIVE = 25
MOST_COLUMNS_PER_PERSON = 20
LARGE_CELLS = 12_000_000
"""States of all people together above which column generation over the horizon is too slow."""


@dataclass(frozen=True, kw_only=True)
class RosterParams:
    """Knobs of a solve."""

    seed: int = 1
    threads: int = 2
    bound_share: float = 0.6
    """Part of the time left after which the bound is left as it is."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Clocks:
    """What the solver may ask about time."""

    share_used: Callable[[], float]
    """0 at the start, 1 when nothing is left or someone said stop."""
    computing_seconds: Callable[[], float]


def solve(
    data: RosterData, incumbent: Incumbent, clocks: Clocks, params: RosterParams | None = None
) -> None:
    """Fill the incumbent until it is proven or time is over."""
    params = params or RosterParams()
    incumbent.raise_bound(0.0)  # no cost is negative
    walker = _Walker(data, incumbent, clocks, params, np.random.default_rng(params.seed))
    try:
        first = construct(walker.generation, walker.rng)
    except NoTourError as error:
        if error.is_proven:
            incumbent.impossible = (
                f"{error.name} has no legal tour: days off, minutes, runs, weekends and limits "
                "of shifts leave none; relax one of them."
            )
        return
    incumbent.offer(first)
    if params.threads < 2:
        walker.walk(None)
        return
    with Helper(walker.assist, first) as channel:
        walker.walk(channel)


class _Walker:
    """One of the two searches."""

    def __init__(
        self,
        data: RosterData,
        incumbent: Incumbent,
        clocks: Clocks,
        params: RosterParams,
        rng: Generator,
    ) -> None:
        self.data, self.incumbent, self.clocks, self.params = data, incumbent, clocks, params
        self.rng = rng
        self.channel: Channel | None = None
        self.most_share = 1.0
        self.generation = Generation(
            data=data,
            programmes=[EmployeeProgramme(data, number) for number in range(len(data.employees))],
            pool=Pool(data),
            is_over=self.is_over,
        )

    def is_over(self) -> bool:
        """Tell and hear; return whether to come to an end."""
        if self.channel is not None:
            for heard in self.channel.hear():
                if heard.cover is not None:
                    self.generation.pool.set_prices(heard.cover)
                if heard.roster is not None:
                    self.incumbent.offer(heard.roster)
            if self.channel.is_closed:
                return True
        return self.incumbent.is_proven or self.clocks.share_used() >= self.most_share

    def walk(self, channel: Channel | None) -> None:
        """Find the bound, dive from it, search on."""
        self.channel = channel
        if self._is_large():
            self._walk_large()
            return
        self.incumbent.phase = Phase.BOUND
        with self._up_to(self.params.bound_share):
            self._find_bound()
        while not self.is_over():
            self.incumbent.phase = Phase.DIVE
            self._dive()
            self.incumbent.phase = Phase.IMPROVE
            self._search(most_steps=STEPS_PER_DIVE)

    def _walk_large(self) -> None:
        """Search; in between, find a bound by steps from the prices that the search has met."""
        self.incumbent.phase = Phase.IMPROVE
        with self._up_to(self.params.bound_share):
            while not self.is_over():
                self._search(most_steps=STEPS_PER_DIVE)
        self.incumbent.phase = Phase.BOUND
        with self._up_to(self.params.bound_share):
            _, penalty = self._known_best()
            ascend(
                self.generation,
                self.search.cover,
                target=penalty,
                report=self.incumbent.raise_bound,
            )
        self.incumbent.phase = Phase.IMPROVE
        while not self.is_over():
            self._search(most_steps=STEPS_PER_DIVE)

    def _is_large(self) -> bool:
        return sum(programme.cells for programme in self.generation.programmes) > LARGE_CELLS

    @contextmanager
    def _up_to(self, share: float) -> Iterator[None]:
        """Let `is_over` say so after this part of the time that is left."""
        used = self.clocks.share_used()
        self.most_share = used + share * (1 - used)
        try:
            yield
        finally:
            self.most_share = 1.0

    def assist(self, channel: Channel, first: Roster) -> None:
        """Search beside the other process."""
        del first  # it is the incumbent
        self.incumbent.renew_lock()
        self.channel = channel
        self.rng = np.random.default_rng([self.params.seed, 1])
        while not self.is_over():
            self._search(most_steps=STEPS_PER_DIVE)

    def _offer(self, roster: Roster) -> bool:
        is_better = self.incumbent.offer(roster)
        if is_better and self.channel is not None:
            self.channel.tell(News(roster=roster))
        return is_better

    def _known_best(self) -> tuple[Roster, int]:
        roster, penalty, _ = self.incumbent.best()
        if roster is None or penalty is None:
            raise AssertionError("Expected a first roster before the search.")
        return roster, penalty

    def _find_bound(self) -> None:
        roster, _ = self._known_best()
        pool, part = self.generation.pool, whole_part(self.data)
        known = np.array([pool.add(person, tour) for person, tour in enumerate(roster)])
        master = Master(self.data, part, pool, known)
        found = self.generation.run(
            part, master, GenerationParams(report_bound=self.incumbent.raise_bound)
        )
        self.incumbent.raise_bound(found.bound)
        pool.set_prices(found.cover)
        if self.channel is not None:
            self.channel.tell(News(cover=found.cover))

    def _dive(self) -> None:
        """Dive once from the whole programme."""
        _, penalty = self._known_best()
        pool, part = self.generation.pool, whole_part(self.data)
        places = pool.most_promising(MOST_COLUMNS_PER_PERSON * len(self.data.employees))
        master = Master(self.data, part, pool, places)
        found = dive(self.generation, part, master, self.rng, DiveParams(cutoff=penalty))
        if found is not None:
            self._offer(found)

    def _search(self, *, most_steps: int) -> None:
        roster, penalty = self._known_best()
        for _ in range(most_steps):
            if self.is_over():
                return
            best, least = self._known_best()
            if least < penalty:
                roster, penalty = best, least
            found = self.search.step(roster, penalty)
            if found is not None:
                roster, penalty = found, self.data.penalty(found)
                self._offer(found)

    @cached_property
    def search(self) -> Search:
        """The neighborhoods, which remember what helped."""
        return Search(
            generation=self.generation,
            neighborhoods=Neighborhoods(self.data, self.rng),
            rng=self.rng,
            clock=self.clocks.computing_seconds,
            cover=np.zeros(self.data.required.shape),
        )
