"""The simulated day: what the demo's agents do, from their published shifts. Pure, seeded.

People mostly follow the plan. Some come late, some breaks run long, some leave early, now and then
somebody does not come at all. While on the queue an agent is available, on a contact, in after-contact
work. The same shift always gives the same events, so that sending them again changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from wfm.demo.operation import SEED

STREAM_DAY = 31


@dataclass(frozen=True)
class PlannedStretch:
    """A planned activity of a shift; `is_work` when on a queue."""

    code: str
    is_work: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class PlannedShift:
    """A published shift with its activities in order."""

    agent_number: str
    stretches: tuple[PlannedStretch, ...]

    @property
    def starts_at(self) -> datetime:
        """Start of the first activity."""
        return self.stretches[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """End of the last activity."""
        return self.stretches[-1].ends_at


@dataclass(frozen=True)
class SimulatedEvent:
    """From `occurred_at` on the agent is in `code`; None: clocked out."""

    agent_number: str
    occurred_at: datetime
    code: str | None
    event_uid: str


@dataclass(frozen=True)
class DayParams:
    """How people stray from their plan; shares of shifts or of breaks, times in minutes."""

    no_show_share: float = 0.015
    late_share: float = 0.14
    late_mean_minutes: float = 7.0
    long_break_share: float = 0.12
    long_break_mean_minutes: float = 6.0
    early_leave_share: float = 0.04
    technical_share: float = 0.03
    jitter_seconds: float = 40.0
    available_mean_seconds: float = 70.0
    contact_mean_seconds: float = 215.0
    after_mean_seconds: float = 45.0


def shift_events(
    shift: PlannedShift, *, params: DayParams, with_contacts: bool
) -> list[SimulatedEvent]:
    """Return the events of one shift in order of time; none for a no-show.

    `with_contacts` adds the states of each contact while on the queue; without it there is one
    event per activity.
    """
    rng = np.random.default_rng(
        [SEED, STREAM_DAY, _number(shift), int(shift.starts_at.timestamp())]
    )
    if rng.random() < params.no_show_share:
        return []
    states = [
        (moment, code)
        for starts_at, ends_at, stretch in _followed(shift, params, rng)
        for moment, code in _states(stretch, starts_at, ends_at, params, rng, with_contacts)
    ]
    leaves_at = shift.ends_at + _jitter(params, rng)
    if rng.random() < params.early_leave_share:
        leaves_at = shift.ends_at - timedelta(minutes=float(rng.uniform(3, 20)))
    kept = [(moment, code) for moment, code in states if moment < leaves_at]
    ends: list[tuple[datetime, str | None]] = [*kept, (leaves_at, None)]
    return [_event(shift, moment, code) for moment, code in ends]


def _followed(
    shift: PlannedShift, params: DayParams, rng: np.random.Generator
) -> Iterator[tuple[datetime, datetime, PlannedStretch]]:
    """Yield each activity with the times at which it is really begun and left."""
    begins = shift.starts_at - abs(_jitter(params, rng))
    if rng.random() < params.late_share:
        late = float(np.clip(rng.exponential(params.late_mean_minutes), 1, 45))
        begins = shift.starts_at + timedelta(minutes=late)
    for stretch in shift.stretches:
        ends = stretch.ends_at + _jitter(params, rng)
        if not stretch.is_work and rng.random() < params.long_break_share:
            ends += timedelta(minutes=float(rng.exponential(params.long_break_mean_minutes)))
        if ends <= begins:
            continue  # came so late that this activity was over
        yield begins, ends, stretch
        begins = ends


def _states(
    stretch: PlannedStretch,
    starts_at: datetime,
    ends_at: datetime,
    params: DayParams,
    rng: np.random.Generator,
    with_contacts: bool,  # noqa: FBT001 - private, named at the only call
) -> Iterator[tuple[datetime, str]]:
    """Yield the states within one activity."""
    yield starts_at, stretch.code
    if not stretch.is_work:
        return
    if rng.random() < params.technical_share:
        trouble_at = starts_at + (ends_at - starts_at) * float(rng.uniform(0.2, 0.6))
        yield trouble_at, "technical"
        starts_at = trouble_at + timedelta(minutes=float(rng.uniform(4, 25)))
        if starts_at >= ends_at:
            return
        yield starts_at, stretch.code
    if not with_contacts:
        return
    moment = starts_at
    while True:
        for code, mean in (
            ("handling", params.available_mean_seconds),
            ("after-work", params.contact_mean_seconds),
            (stretch.code, params.after_mean_seconds),
        ):
            moment += timedelta(seconds=max(float(rng.exponential(mean)), 3.0))
            if moment >= ends_at:
                return
            yield moment, code


def _jitter(params: DayParams, rng: np.random.Generator) -> timedelta:
    return timedelta(seconds=float(rng.normal(0, params.jitter_seconds)))


def _number(shift: PlannedShift) -> int:
    return int("".join(letter for letter in shift.agent_number if letter.isdigit()) or "0")


def _event(shift: PlannedShift, moment: datetime, code: str | None) -> SimulatedEvent:
    at = moment.replace(microsecond=0)
    uid = f"{shift.agent_number}-{int(shift.starts_at.timestamp())}-{int(at.timestamp())}-{code or 'out'}"
    return SimulatedEvent(shift.agent_number, at, code, uid)


def events_between(
    shifts: Sequence[PlannedShift],
    *,
    after: datetime,
    until: datetime,
    contacts_after: datetime,
    params: DayParams | None = None,
) -> list[SimulatedEvent]:
    """Return what happens in (after, until], ordered; contacts' states only after `contacts_after`."""
    chosen = params or DayParams()
    found = [
        event
        for shift in shifts
        for event in shift_events(
            shift, params=chosen, with_contacts=shift.ends_at > contacts_after
        )
        if after < event.occurred_at <= until
    ]
    return sorted(found, key=lambda event: (event.occurred_at, event.event_uid))
