"""What the solver is given: validated, frozen, without a clock or a database.

Time is a row of equal slots (15 minutes). A day starts at the slot of its local midnight, so a week
has 672 slots, 668 when the clock springs forward and 676 when it falls back. Starts are read from the
wall clock, lengths from elapsed time. The row is longer than the week, so that a night shift of the
last day may end in the morning after.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Span: TypeAlias = tuple[int, int]

MINUTES_PER_DAY = 1440
MAX_LINKED_SKILLS = 8


class InvalidDataError(ValueError):
    """The data contradicts itself; the message says where."""


class WorkMode(StrEnum):
    """Where an agent works."""

    OFFICE = "OFFICE"
    HOME = "HOME"
    HYBRID = "HYBRID"


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """The slots of one or more weeks in local time."""

    interval_minutes: int
    day_starts: tuple[int, ...]
    """Slot of each local midnight, the one that ends the week included."""
    wall_minutes: tuple[int, ...]
    """Minute of the local day at which each slot starts."""

    def __post_init__(self) -> None:
        """Refuse a horizon whose days do not follow one another."""
        if MINUTES_PER_DAY % self.interval_minutes:
            raise InvalidDataError(
                f"Expected interval_minutes to divide a day, got {self.interval_minutes}."
            )
        if list(self.day_starts) != sorted(set(self.day_starts)) or len(self.day_starts) < 2:
            raise InvalidDataError(f"Expected rising day_starts, got {self.day_starts}.")
        if self.slots < self.day_starts[-1]:
            raise InvalidDataError("Expected wall_minutes for every slot of the last day.")

    @property
    def days(self) -> int:
        """Number of local days."""
        return len(self.day_starts) - 1

    @property
    def slots(self) -> int:
        """Number of slots, the tail after the last midnight included."""
        return len(self.wall_minutes)

    @cached_property
    def start_slots(self) -> NDArray[np.int64]:
        """Slot [day, n] of the wall-clock minute n x interval; `slots` where the clock skips it.

        A minute that occurs twice (the clock falls back) means its first occurrence.
        """
        table = np.full((self.days, MINUTES_PER_DAY // self.interval_minutes), self.slots)
        for day in range(self.days):
            for slot in reversed(range(self.day_starts[day], self.day_starts[day + 1])):
                table[day, self.wall_minutes[slot] // self.interval_minutes] = slot
        return table


@dataclass(frozen=True, kw_only=True)
class BreakRule:
    """A break taken in every shift of a pattern, inside a window counted from the start of a piece."""

    minutes: int
    earliest_minutes: int
    latest_minutes: int
    piece: int = 0
    code: str = "BREAK"


@dataclass(frozen=True, kw_only=True)
class ShiftPattern:
    """One legal kind of shift: length (or pieces around unpaid gaps), paid time and breaks."""

    key: str
    piece_minutes: tuple[int, ...]
    paid_minutes: int
    breaks: tuple[BreakRule, ...] = ()
    gap_minutes: tuple[int, ...] = (0,)
    start_grid_minutes: int = 15
    earliest_start_minute: int = 0
    latest_start_minute: int = MINUTES_PER_DAY
    days: frozenset[int] | None = None
    """Days of the horizon on which it may start; None for all."""
    allowance: float = 0.0
    """Money on top of pay for each such shift, for example for a split one."""

    def __post_init__(self) -> None:
        """Refuse breaks outside their piece or with windows that touch each other."""
        for piece, minutes in enumerate(self.piece_minutes):
            latest_end = 0
            for rule in sorted(
                (b for b in self.breaks if b.piece == piece), key=lambda b: b.earliest_minutes
            ):
                if not latest_end <= rule.earliest_minutes <= rule.latest_minutes:
                    raise InvalidDataError(
                        f"{self.key}: the window of the break at +{rule.earliest_minutes} minutes "
                        "is empty or meets the break before it."
                    )
                latest_end = rule.latest_minutes + rule.minutes
            if latest_end > minutes:
                raise InvalidDataError(
                    f"{self.key}: a break may end {latest_end} minutes after the start of a piece "
                    f"of {minutes} minutes."
                )


@dataclass(frozen=True, kw_only=True)
class ContractRules:
    """What binds every agent with this employment contract."""

    name: str
    patterns: tuple[ShiftPattern, ...]
    days_per_week: tuple[int, int]
    paid_minutes_per_week: tuple[int, int]
    start_band_minutes: int = MINUTES_PER_DAY
    max_consecutive_days: int = 6
    min_rest_minutes: int = 660
    consecutive_days_off: int = 1
    """So many days off stand together at least once a week (a week without a day off is exempt)."""
    max_weekends_in_4_weeks: int | None = None
    """Weekends with work in any four weeks running, those before the horizon included."""
    max_split_shifts_per_week: int | None = None
    paid_minutes_per_period: tuple[int, int] | None = None
    """Least and most over the whole horizon, beside the limits of each week."""
    paid_cost_per_minute: float = 0.0
    """Pay of each minute, where the hours of a week are the planner's choice."""
    overtime_after_minutes: int | None = None
    overtime_cost_per_minute: float = 0.0
    """Premium for each paid minute of a week above `overtime_after_minutes`, beside the pay."""

    def __post_init__(self) -> None:
        """Refuse limits that no week can meet."""
        for label, (low, high) in (
            ("days_per_week", self.days_per_week),
            ("paid_minutes_per_week", self.paid_minutes_per_week),
        ):
            if not 0 <= low <= high:
                raise InvalidDataError(
                    f"{self.name}: expected 0 <= minimum <= maximum of {label}, got {low} and {high}."
                )


@dataclass(frozen=True, kw_only=True)
class FixedShift:
    """A shift that stays as it is: locked by the planner or already worked."""

    day: int
    start_slot: int
    end_slot: int
    working_slots: tuple[int, ...]
    paid_minutes: int
    in_office: bool = False


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an agent would like on a day, and what keeping it is worth in money.

    A wish for work is kept by a shift that starts within the minutes of the local day and, where one
    is named, has the pattern; a wish for a day off (`works` false) by none that day.
    """

    day: int
    worth: float
    works: bool = True
    earliest_start_minute: int = 0
    latest_start_minute: int = MINUTES_PER_DAY
    pattern: str = ""


@dataclass(frozen=True, kw_only=True)
class AgentRules:
    """One agent over the horizon. What is counted by week has one entry per week of seven days."""

    key: str
    contract: str
    skills: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]
    """For each day the stretches of slots in which a shift of that day may lie; () is a day off."""
    fixed: tuple[FixedShift, ...] = ()
    previous_run_days: int = 0
    previous_weekends: tuple[bool, ...] = ()
    """Which weekends just before the horizon had work, the latest last; three at most count."""
    credited_days: tuple[int, ...] = ()
    credited_minutes: tuple[int, ...] = ()
    """Granted time off counts towards each week's days and paid minutes; () for none."""
    must_work: frozenset[int] = frozenset()
    """Days that a rotation or a pattern makes working days."""
    excluded_patterns: frozenset[str] = frozenset()
    """Keys of patterns that this agent is not given, for example split shifts without consent."""
    wishes: tuple[Wish, ...] = ()
    office_days_per_week: tuple[int, int] | None = None
    """Least and most days in the office of a hybrid agent in each week; None where nothing binds."""
    office_days: frozenset[int] = frozenset()
    """Days that a hybrid agent spends in the office if they work, for example the team's."""
    home_days: frozenset[int] = frozenset()
    work_mode: WorkMode = WorkMode.HOME
    site: str = ""
    zone: str = ""
    """Whose wall clock the agent's starts are read from; empty for the schedule's own."""


@dataclass(frozen=True, kw_only=True)
class FloatingActivity:
    """Training, a meeting or coaching to be placed inside shifts where it costs least service.

    All attendants meet at the same time; each works a shift there and has no break meanwhile.
    """

    key: str
    minutes: int
    attendants: tuple[str, ...]
    """Keys of agents."""
    spans: tuple[Span, ...]
    """Slots [first, end) within one of which it must lie whole."""
    needs_office: bool = False
    room_site: str = ""
    """Site whose meeting room it takes; empty for none."""


@dataclass(frozen=True, kw_only=True)
class DeferredWork:
    """Work that waits: so many agent-slots of a skill between its release and its due time."""

    skill: str
    release_slot: int
    due_slot: int
    agent_slots: float
    late_cost: float
    """Money for each agent-slot that is not done by the due time."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ScheduleData:
    """Everything that decides a schedule of one or more weeks."""

    horizon: Horizon
    contracts: Mapping[str, ContractRules]
    agents: tuple[AgentRules, ...]
    required_agents: Mapping[str, NDArray[np.float64]]
    """Per skill and slot; NaN-free. Slots outside `counted` cost nothing either way."""
    under_cost: Mapping[str, float]
    over_cost: float
    seats: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    """Per site: usable desks in each slot."""
    carried: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = ()
    """Skills and working slots of shifts of the week before that reach into this one."""
    counted: NDArray[np.bool_] | None = None
    zones: Mapping[str, Horizon] = field(default_factory=dict)
    """The same slots read from the wall clocks of other time zones."""
    first_weekday: int = 0
    """Weekday of day 0; 0 is Monday."""
    minimum_agents: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """Per skill and slot: people below whom each one missing costs `minimum_cost` more."""
    minimum_cost: float = 0.0
    activities: tuple[FloatingActivity, ...] = ()
    deferred: tuple[DeferredWork, ...] = ()
    rooms: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    """Per site: meeting rooms in each slot."""
    office_rate: float = 1.0
    """What a slot in the office gets done, as a part of a slot at home."""
    office_rates: Mapping[str, float] = field(default_factory=dict)
    """The same per site, where it is not `office_rate`."""
    office_spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Per site: slots in which the office is open; a shift outside them is worked from home."""

    def __post_init__(self) -> None:
        """Refuse arrays of another length and names that nothing defines."""
        for skill, row in self.required_agents.items():
            if len(row) != self.horizon.slots or not np.all(np.isfinite(row)) or row.min() < 0:
                raise InvalidDataError(
                    f"Expected {self.horizon.slots} requirements of at least 0 for skill {skill}."
                )
            if skill not in self.under_cost or self.under_cost[skill] <= 0:
                raise InvalidDataError(f"Expected an under_cost above 0 for skill {skill}.")
        if self.over_cost < 0:
            raise InvalidDataError(f"Expected over_cost >= 0, got {self.over_cost}.")
        for agent in self.agents:
            if agent.contract not in self.contracts:
                raise InvalidDataError(f"{agent.key}: unknown contract {agent.contract}.")
            if len(agent.spans) != self.horizon.days:
                raise InvalidDataError(
                    f"{agent.key}: expected spans for {self.horizon.days} days, got {len(agent.spans)}."
                )

    def office_rate_of(self, agent: AgentRules) -> float:
        """What a slot in the agent's office gets done."""
        return self.office_rates.get(agent.site, self.office_rate)

    @cached_property
    def counted_slots(self) -> NDArray[np.bool_]:
        """Slots whose shortage and idleness cost money."""
        if self.counted is not None:
            return self.counted
        slots = np.arange(self.horizon.slots)
        return (slots >= self.horizon.day_starts[0]) & (slots < self.horizon.day_starts[-1])

    @property
    def weeks(self) -> int:
        """Weeks of seven days; a last one may be shorter."""
        return -(-self.horizon.days // 7)

    def horizon_of(self, agent: AgentRules) -> Horizon:
        """The days and wall clock of an agent's site."""
        return self.zones.get(agent.zone, self.horizon)
