"""The one board, put together: the page and the API show what `board` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from scheduling.models import ScheduleStatus, ScheduleVersion
from staffing.core.kernels import FloatArray
from staffing.models import Pool, RequirementPoolResult, RequirementQueueResult
from staffing.queries import in_force, pools_with_queues
from staffing.queries.callbacks import offers_by_queue
from wfm.board.grid import (
    BoardGrid,
    Column,
    Granularity,
    board_columns,
    board_grid,
)
from wfm.board.lines import (
    PooledPlan,
    QueueIntervals,
    QueueLine,
    Source,
)
from wfm.board.look import Look, look_here
from wfm.board.rows import People, people_rows, required_rows
from wfm.board.teams import TeamLine, people_by_queue, team_lines, with_queues
from wfm.org.access import access_of
from wfm.org.calendars import business_calendars
from wfm.org.models import Client, Queue, ServiceGoal, Site, Team
from wfm.timeline import day_bounds

BEFORE = timedelta(hours=1)
"""So much before the grid is read: whether a queue is open before its first interval."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What the board is asked for; days are local dates of `timezone`, both included."""

    principal: object
    starts_on: date
    ends_on: date
    timezone: str
    at: datetime
    granularity: Granularity = Granularity.DAY
    client: Client | None = None
    site: Site | None = None
    team: Team | None = None
    queue: Queue | None = None


@dataclass(frozen=True, kw_only=True)
class Board:
    """Queues, teams and where to look, over the columns of the period."""

    ask: Ask
    grid: BoardGrid
    columns: tuple[Column, ...]
    lines: tuple[QueueLine, ...]
    teams: tuple[TeamLine, ...]
    looks: tuple[Look, ...]
    has_schedule: bool
    """Some day of the period has a published schedule."""

    @property
    def live(self) -> tuple[QueueLine, ...]:
        """The contact centre."""
        return tuple(line for line in self.lines if line.queue.is_live)

    @property
    def deferred(self) -> tuple[QueueLine, ...]:
        """The back office."""
        return tuple(line for line in self.lines if not line.queue.is_live)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read for a board: enough to predict it again with other people."""

    ask: Ask
    grid: BoardGrid
    sources: tuple[Source, ...]
    covered: np.ndarray
    """For which slots a schedule is published."""
    people: tuple[People, ...]
    """As they are scheduled, on queues or on work without one."""
    load: Mapping[int, FloatArray]
    """People to schedule by queue and slot: whom work without a queue serves."""
    placed: tuple[People, ...]
    unplaced: tuple[People, ...]

    def having(self, people: Sequence[People]) -> Inputs:
        """Return the same with other people."""
        queues = [source.queue for source in self.sources]
        placed, unplaced = with_queues(people, queues=queues, load=self.load)
        return replace(self, people=tuple(people), placed=tuple(placed), unplaced=tuple(unplaced))

    @property
    def on_queue(self) -> dict[int, FloatArray]:
        """People scheduled on each queue, by slot."""
        return people_by_queue(self.placed)

    def lines(self) -> list[QueueLine]:
        """Return a line per queue with the people as they are scheduled."""
        return predicted_lines(self, self.sources, self.on_queue)


def board_inputs(ask: Ask) -> Inputs:
    """Read everything that a board is made of; the number of queries never grows."""
    grid = board_grid(
        starts_on=ask.starts_on, ends_on=ask.ends_on, timezone=ask.timezone, at=ask.at
    )
    sources = _sources(ask, grid)
    covered = _covered(ask, grid)
    people, load = _people(ask, grid, sources)
    read = Inputs(
        ask=ask,
        grid=grid,
        sources=tuple(sources),
        covered=covered,
        people=(),
        load=load,
        placed=(),
        unplaced=(),
    )
    return read.having(people)


def predicted_lines(
    inputs: Inputs, sources: Sequence[Source], on_queue: Mapping[int, FloatArray]
) -> list[QueueLine]:
    """Return the lines of some queues with so many people on each; a pool must come whole."""
    # The engines stay out of web processes until somebody asks for a board.
    from wfm.board.assemble import queue_lines  # noqa: PLC0415

    return queue_lines(sources, inputs.grid, on_queue, inputs.covered)


def board(ask: Ask) -> Board:
    """Return the board as it stands at a moment; the number of queries never grows."""
    inputs = board_inputs(ask)
    return board_of(inputs, inputs.lines())


def board_of(inputs: Inputs, found: Sequence[QueueLine]) -> Board:
    """Return the board of these lines."""
    ask, grid, covered = inputs.ask, inputs.grid, inputs.covered
    placed, unplaced = inputs.placed, inputs.unplaced
    asked = _asked(found, placed, ask)
    teams = _teams(ask)
    is_narrow = ask.client is not None or ask.queue is not None
    own = [group for group in placed if ask.team is None or group.team_id == ask.team.pk]
    free = [group for group in unplaced if ask.team is None or group.team_id == ask.team.pk]
    lines = tuple(line for line in asked if _is_there(line, grid))
    step = min((line.queue.interval_minutes for line in lines), default=30)
    return Board(
        ask=ask,
        grid=grid,
        columns=board_columns(
            grid,
            granularity=ask.granularity,
            timezone=ask.timezone,
            minutes=min(max(step, 15), 60),
        ),
        lines=lines,
        teams=tuple(
            team_lines(
                found,
                placed=[group for group in own if _is_shown(group, lines)],
                unplaced=[] if is_narrow else free,
                teams=teams,
            )
        ),
        looks=tuple(look_here(lines, found, placed=placed, teams=teams, grid=grid)),
        has_schedule=bool(covered[grid.shown].any()),
    )


def _is_shown(group: People, lines: Sequence[QueueLine]) -> bool:
    return any(line.queue.pk == group.queue_id for line in lines)


def _is_there(line: QueueLine, grid: BoardGrid) -> bool:
    """Tell whether anything is asked of the queue, or anybody is there, in the period."""
    shown = line.figures[:, grid.shown]
    is_asked = np.isfinite(line.of("to_schedule_hours")[grid.shown]).any()
    return bool(is_asked or (np.nan_to_num(shown) > 0.0).any())


def _sources(ask: Ask, grid: BoardGrid) -> list[Source]:
    queues = list(
        Queue.objects.visible_to(ask.principal)
        .active()
        .select_related("work_type", "client", "site")
        .order_by("name")
    )
    ids = [queue.pk for queue in queues]
    stretches = in_force(ids, starts_at=grid.starts_at - BEFORE, ends_at=grid.ends_at)
    rows = required_rows(stretches)
    newest: dict[int, int] = {}
    for part in sorted(stretches, key=lambda part: part.run_id):
        newest[part.queue_id] = part.result_id
    results = RequirementQueueResult.objects.visible_to(ask.principal).filter(
        pk__in=list(newest.values())
    )
    by_queue = {result.queue_id: result for result in results.select_related("run")}
    goals: dict[int, list[ServiceGoal]] = {pk: [] for pk in ids}
    for goal in ServiceGoal.objects.visible_to(ask.principal).filter(queue__in=ids).order_by("pk"):
        goals[goal.queue_id].append(goal)
    calendars = business_calendars(queue for queue in queues if not queue.is_live)
    pools = _pools(ask.principal)
    plans = _plans(ask.principal, by_queue, active=set(ids))
    offers = offers_by_queue([queue.pk for queue in queues if queue.is_live])
    return [
        Source(
            queue=queue,
            result=by_queue.get(queue.pk),
            rows=rows.get(queue.pk),
            goals=sorted(goals[queue.pk], key=lambda goal: goal.starts_on),
            calendar=calendars.get(queue.pk),
            pool=pools.get(queue.pk),
            plan=plans.get(queue.pk),
            offers=offers.get(queue.pk, ()),
        )
        for queue in queues
    ]


def _pools(principal: object) -> dict[int, Pool]:
    """Return each queue's pool, of those pools that the principal sees whole."""
    return {
        member.queue_id: pool
        for pool in pools_with_queues(principal=principal)
        for member in pool.members.all()
    }


def _plans(
    principal: object, results: Mapping[int, RequirementQueueResult], *, active: set[int]
) -> dict[int, PooledPlan]:
    """Return of each queue that is staffed with others the plan of its pool.

    A pool that the principal does not see whole has a plan too, of which nothing is known: its
    queues are not staffed alone.
    """
    of_queue = {
        pk: result.detail["pool"]["result"]
        for pk, result in results.items()
        if "pool" in result.detail
    }
    seen = RequirementPoolResult.objects.visible_to(principal)
    rows = seen.filter(pk__in=set(of_queue.values())).values_list(
        "pk",
        "queue_ids",
        "figures__groups__0__name",
        "figures__intervals__starts_at",
        "figures__intervals__reserve_agents",
        "figures__is_interruptible",
        "pool__is_interruptible",
    )
    found = {
        pk: PooledPlan(
            pk=pk,
            is_visible=True,
            is_whole=set(queue_ids) <= active,
            is_by_skill=group is not None,
            starts_at=np.array(starts_at or [], dtype=np.int64),
            reserve_agents=np.array(reserve_agents or [], dtype=np.float64),
            is_interruptible=bool(
                pool_is_interruptible if kept_is_interruptible is None else kept_is_interruptible
            ),
        )
        for (
            pk,
            queue_ids,
            group,
            starts_at,
            reserve_agents,
            kept_is_interruptible,
            pool_is_interruptible,
        ) in rows
    }
    return {pk: found.get(number) or PooledPlan.hidden(number) for pk, number in of_queue.items()}


def _covered(ask: Ask, grid: BoardGrid) -> np.ndarray:
    """Tell for which slots a schedule is published."""
    covered = np.zeros(grid.slots.count, dtype=bool)
    versions = ScheduleVersion.objects.visible_to(ask.principal).filter(
        status=ScheduleStatus.PUBLISHED,
        ends_on__gt=(grid.starts_at - timedelta(days=1)).date(),
        starts_on__lt=(grid.ends_at + timedelta(days=1)).date(),
    )
    for starts_on, ends_on, timezone in versions.values_list("starts_on", "ends_on", "timezone"):
        first = grid.slot(day_bounds(starts_on, timezone).starts_at)
        covered[first : grid.slot(day_bounds(ends_on, timezone).starts_at)] = True
    return covered


def _people(
    ask: Ask, grid: BoardGrid, sources: Sequence[Source]
) -> tuple[list[People], dict[int, FloatArray]]:
    """Return who is scheduled, and the load by which work without a queue is shared out."""
    access = access_of(ask.principal)
    if not access.is_internal:
        return [], {}
    found = people_rows(
        grid.slots,
        queue_ids=[source.queue.pk for source in sources],
        starts_at=grid.starts_at,
        ends_at=grid.ends_at,
    )
    if access.client_ids is not None:
        # Whom other clients' queues ask for cannot be told from those that nobody asks for.
        return [group for group in found if group.queue_id is not None], {}
    load = {}
    for source in sources:
        intervals = QueueIntervals.of(source, grid)
        if intervals is not None:
            figures = np.zeros(grid.slots.count)
            rows = intervals.rows
            intervals.spread(
                np.where(rows.is_open, np.nan_to_num(rows.required_fte), 0.0),
                onto=figures,
                is_total=False,
            )
            load[source.queue.pk] = figures
    return found, load


def _asked(lines: Sequence[QueueLine], placed: Sequence[People], ask: Ask) -> list[QueueLine]:
    """Return the lines of the client, queue, site and team asked for."""
    found = list(lines)
    if ask.client is not None:
        found = [line for line in found if line.queue.client_id == ask.client.pk]
    if ask.queue is not None:
        found = [line for line in found if line.queue.pk == ask.queue.pk]
    if ask.site is not None:
        found = [line for line in found if line.queue.site_id == ask.site.pk]
    if ask.team is not None:
        own = {group.queue_id for group in placed if group.team_id == ask.team.pk}
        found = [line for line in found if line.queue.pk in own]
    return found


def _teams(ask: Ask) -> dict[int, Team]:
    teams = Team.objects.visible_to(ask.principal).select_related("site")
    if ask.team is not None:
        teams = teams.filter(pk=ask.team.pk)
    if ask.site is not None:
        teams = teams.filter(site=ask.site)
    return {team.pk: team for team in teams}
