"""Where the demo's agents really are, from their published shifts. Pure, seeded.

People mostly follow the plan. Some come late, some breaks run long, some leave early, now and then
somebody does not come at all. How somebody strays is drawn for each stretch by itself, so that a plan
changed for the afternoon leaves the morning as it was, and the same plan always gives the same day.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from wfm.demo.floor import Position
from wfm.demo.operation import SEED

STREAM_DAY = 31
TECHNICAL = "technical"


@dataclass(frozen=True)
class PlannedStretch:
    """A planned activity of a shift; `is_work` when on a queue, `queue` says on which."""

    code: str
    is_work: bool
    starts_at: datetime
    ends_at: datetime
    queue: str = ""


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
    """How people stray from their plan; shares of shifts or of breaks, times as named."""

    no_show_share: float = 0.015
    late_share: float = 0.14
    late_mean_minutes: float = 7.0
    long_break_share: float = 0.12
    long_break_mean_minutes: float = 6.0
    early_leave_share: float = 0.04
    technical_every_hours: float = 110.0
    jitter_seconds: float = 40.0


def positions(shift: PlannedShift, *, params: DayParams) -> list[Position]:
    """Return where the agent of a shift really is, in order of time; nothing for a no-show."""
    rng = _draws(shift, shift.starts_at)
    if rng.random() < params.no_show_share:
        return []
    comes = shift.starts_at.timestamp() - abs(_jitter(params, rng))
    if rng.random() < params.late_share:
        late_minutes = float(np.clip(rng.exponential(params.late_mean_minutes), 1, 45))
        comes = shift.starts_at.timestamp() + 60 * late_minutes
    leaves = _leaves(shift, params)
    found: list[Position] = []
    begins = comes
    for place, stretch in enumerate(shift.stretches):
        rng = _draws(shift, stretch.starts_at, place=1)
        if place and stretch.starts_at > shift.stretches[place - 1].ends_at:
            begins = max(begins, stretch.starts_at.timestamp() + _jitter(params, rng))
        ends = min(_ends(stretch, params, rng), leaves)
        if ends <= begins:
            continue  # came so late that this activity was over
        found += _within(shift, stretch, (begins, ends), params)
        begins = ends
    return found


def _leaves(shift: PlannedShift, params: DayParams) -> float:
    rng = _draws(shift, shift.ends_at, place=2)
    if rng.random() < params.early_leave_share:
        return shift.ends_at.timestamp() - 60 * float(rng.uniform(3, 20))
    return shift.ends_at.timestamp() + _jitter(params, rng)


def _ends(stretch: PlannedStretch, params: DayParams, rng: np.random.Generator) -> float:
    ends = stretch.ends_at.timestamp() + _jitter(params, rng)
    if not stretch.is_work and rng.random() < params.long_break_share:
        ends += 60 * float(rng.exponential(params.long_break_mean_minutes))
    return ends


def _within(
    shift: PlannedShift,
    stretch: PlannedStretch,
    span: tuple[float, float],
    params: DayParams,
) -> list[Position]:
    """Return the stretch; with trouble in it in three parts, or two when the trouble lasts."""
    begins, ends = span
    rng = _draws(shift, stretch.starts_at, place=3)
    number = shift.agent_number
    queues = (stretch.queue,) if stretch.is_work and stretch.queue else ()
    whole = Position(number, begins, ends, stretch.code, queues)
    if not stretch.is_work:
        return [whole]
    # Drawn from the beginning on, so that a stretch made longer keeps what was before.
    working = 3600 * float(rng.exponential(params.technical_every_hours))
    fails = stretch.starts_at.timestamp() + working
    mended = min(fails + 60 * float(rng.uniform(4, 25)), ends)
    if not begins < fails < ends:
        return [whole]
    parts = [
        Position(number, begins, fails, stretch.code, queues),
        Position(number, fails, mended, TECHNICAL),
    ]
    if mended < ends:
        parts.append(Position(number, mended, ends, stretch.code, queues))
    return parts


def _draws(shift: PlannedShift, at: datetime, *, place: int = 0) -> np.random.Generator:
    """Return the draws of one agent at one planned moment; `place` tells start, stretch and end apart."""
    number = int("".join(letter for letter in shift.agent_number if letter.isdigit()) or "0")
    return np.random.default_rng([SEED, STREAM_DAY, number, int(at.timestamp()), place])


def _jitter(params: DayParams, rng: np.random.Generator) -> float:
    return float(rng.normal(0, params.jitter_seconds))


def event_at(agent_number: str, second: int, code: str | None) -> SimulatedEvent:
    """Return an event with an id of its own: the same moment and state is the same event."""
    return SimulatedEvent(
        agent_number,
        datetime.fromtimestamp(second, tz=UTC),
        code,
        f"{agent_number}-{second}-{code or 'out'}",
    )
