"""The demo's day in hand: from the published shifts to states, intervals and items, as rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.models import WorkItem
from scheduling.models import Shift, ShiftActivity
from wfm.demo.bank import BankCalls
from wfm.demo.calendar import SourceCalendar, days_between
from wfm.demo.day import PlannedShift, PlannedStretch
from wfm.demo.deferred import Item, arriving_items, is_held_up, touch_seconds
from wfm.demo.floor import Task
from wfm.demo.history import live_days
from wfm.demo.loading.operation import operation_calls
from wfm.demo.loading.organization import get_organization
from wfm.demo.models import DemoOperation
from wfm.demo.operation import QUEUES, SEED, TORONTO, QueueSpec
from wfm.demo.people import DEMO_AGENT_NUMBER
from wfm.demo.volumes import storm_level
from wfm.demo.walk import Demand, Walk, walk_day
from wfm.org.calendars import business_calendars
from wfm.org.models import StateGroup
from wfm.timeline import BusinessCalendar, Interval, day_bounds

# The floor is run from some hours before midnight on, so that the night's people are at work then,
# and with the shifts of some hours after it, so that who came late in the evening is still served.
LEAD_IN = timedelta(hours=6)
RUN_OUT = timedelta(hours=3)
KEPT_WALKS = 2
LIVE = tuple(spec for spec in QUEUES if spec.live is not None)
DEFERRED = tuple(spec for spec in QUEUES if spec.deferred is not None)


@dataclass(frozen=True)
class Sources:
    """Where the demand of a day comes from: the bank's calls and the queues' hours."""

    calls: BankCalls
    calendar: SourceCalendar
    opening: dict[str, BusinessCalendar]
    queue_ids: dict[str, int]


@dataclass(frozen=True)
class WalkedDay:
    """A day of the operation, the plan it was walked by, and the items that were in it."""

    bounds: Interval
    planned: tuple[PlannedShift, ...]
    walk: Walk
    items: dict[str, list[Item]]


def operation_day(day: date) -> Interval:
    """Return the instants of a day of the operation, which is that of its westernmost zone."""
    return day_bounds(day, TORONTO)


def planned_of_day(day: date) -> tuple[PlannedShift, ...]:
    """Return the published shifts that touch the day or the hours around it.

    The demo agent's are left out: a person plays that part.
    """
    bounds = operation_day(day)
    shifts = Shift.objects.filter(
        is_published=True,
        ends_at__gt=bounds.starts_at - LEAD_IN,
        starts_at__lt=bounds.ends_at + RUN_OUT,
    ).exclude(agent__employee_number=DEMO_AGENT_NUMBER)
    return tuple(planned_shifts(shifts.values_list("pk", "agent__employee_number")))


def planned_shifts(numbers: Iterable[tuple[int, str]]) -> list[PlannedShift]:
    """Return these shifts (with their agents' numbers) with what is to be done in them.

    Time off and the gaps of split shifts are no activities: nobody is there then.
    """
    by_shift = dict(numbers)
    rows = (
        ShiftActivity.objects.filter(shift__in=by_shift)
        .exclude(activity_code__state_group=StateGroup.OFFLINE)
        .order_by("shift", "starts_at")
        .values_list(
            "shift",
            "activity_code__key",
            "activity_code__is_work",
            "starts_at",
            "ends_at",
            "queue__key",
        )
    )
    stretches: dict[int, list[PlannedStretch]] = {}
    for shift_id, code, is_work, starts_at, ends_at, queue in rows:
        stretches.setdefault(shift_id, []).append(
            PlannedStretch(code, is_work, starts_at, ends_at, queue or "")
        )
    shifts = [PlannedShift(by_shift[pk], tuple(parts)) for pk, parts in stretches.items()]
    return sorted(shifts, key=lambda shift: (shift.agent_number, shift.starts_at))


def walk_of(day: date, planned: tuple[PlannedShift, ...], sources: Sources) -> WalkedDay:
    """Walk a day of the operation by these shifts: the same day and plan give the same walk."""
    bounds = operation_day(day)
    items = {spec.key: _items(spec, day, bounds, sources) for spec in DEFERRED}
    local = days_between(day - timedelta(days=1), day + timedelta(days=2))
    walk = walk_day(
        planned,
        [_demand(spec, local, bounds, sources) for spec in LIVE],
        [task for spec in DEFERRED for task in _tasks(spec, day, bounds, items[spec.key])],
        since=(bounds.starts_at - LEAD_IN).timestamp(),
        seed=SEED,
    )
    return WalkedDay(bounds, planned, walk, items)


def _demand(spec: QueueSpec, local: Sequence[date], bounds: Interval, sources: Sources) -> Demand:
    """Return what comes to a queue; of days that have nothing to do with this one, nothing."""
    assert spec.live is not None
    days = live_days(spec, sources.calls, sources.calendar, sources.opening[spec.key], local)
    last = bounds.ends_at.timestamp()
    first = (bounds.starts_at - LEAD_IN).timestamp()
    near = [day for day in days if day.starts[0] < last and day.starts[-1] >= first]
    return Demand(spec.key, spec.live, near)


def _items(spec: QueueSpec, day: date, bounds: Interval, sources: Sources) -> list[Item]:
    """Return the items that were open when the day began, and those that arrive on it."""
    assert spec.deferred is not None
    assert spec.volume is not None
    rows = WorkItem.objects.filter(
        queue_id=sources.queue_ids[spec.key], arrived_at__lt=bounds.starts_at
    ).exclude(completed_at__lt=bounds.starts_at)
    found = [
        Item(reference, arrived_at, due_at, None, touch_seconds(spec.deferred, reference))
        for reference, arrived_at, due_at in rows.order_by("external_id").values_list(
            "external_id", "arrived_at", "due_at"
        )
    ]
    for local in days_between(day - timedelta(days=1), day + timedelta(days=2)):
        level = storm_level(local, seed=SEED) if spec.key == "claims" else 1.0
        found += [
            item
            for item in arriving_items(
                spec.deferred, spec.volume, sources.opening[spec.key], local, level, seed=SEED
            )
            if bounds.starts_at <= item.arrived_at < bounds.ends_at
        ]
    return found


def _tasks(spec: QueueSpec, day: date, bounds: Interval, items: Iterable[Item]) -> list[Task]:
    return [
        Task(
            spec.key,
            item.reference,
            max(item.arrived_at, bounds.starts_at).timestamp(),
            item.due_at.timestamp(),
            item.touch_seconds,
        )
        for item in items
        if not is_held_up(item.reference, day)
    ]


class DayWalker:
    """Keeps the walks of the last days: a plan that has not changed is not walked again."""

    def __init__(self) -> None:
        self._walks: dict[date, WalkedDay] = {}
        self._sources: Sources | None = None

    def walk(self, day: date) -> tuple[WalkedDay, bool]:
        """Return the walk of a day by the shifts published now, and whether it was walked anew."""
        planned = planned_of_day(day)
        known = self._walks.get(day)
        if known is not None and known.planned == planned:
            return known, False
        self._walks.pop(day, None)
        self._walks[day] = walked = walk_of(day, planned, self.sources)
        while len(self._walks) > KEPT_WALKS:
            del self._walks[next(iter(self._walks))]
        return walked, True

    @property
    def sources(self) -> Sources:
        """Where the demand comes from; read once."""
        if self._sources is None:
            self._sources = _read_sources()
        return self._sources


def _read_sources() -> Sources:
    operation = DemoOperation.objects.get(pk=1)
    calls = operation_calls(operation)
    queues = get_organization().queues
    by_id = business_calendars(queues.values())
    return Sources(
        calls,
        calls.calendar(anchor_friday=operation.anchor_friday),
        {key: by_id[queue.pk] for key, queue in queues.items()},
        {key: queue.pk for key, queue in queues.items()},
    )
