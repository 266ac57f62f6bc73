"""Live queues of the demo, interval by interval: offered, answered, abandoned, waits, handling. Pure.

Volumes are given (real for the bank, generated elsewhere); everything else is simulated by
`wfm.demo.queueing` with a fixed seed per local day, and labelled so wherever it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wfm.demo.queueing import Contacts, Counts, Duty, Floats, simulate

SHORT_ABANDON_SECONDS = 5.0
INTERVAL_SECONDS = 900
HOLD_SHARE = 0.06
STREAM_CONTACTS = 1
STREAM_DUTY = 2


@dataclass(frozen=True)
class LiveParams:
    """How contacts of a live queue behave and how the past was staffed.

    Attributes:
        key: number that separates this queue's random stream from the others'.
        aht_seconds: mean handling time; log-normal with `aht_cv` as coefficient of variation.
        aht_cv: standard deviation over mean of the handling time.
        after_share: share of the handling time that is after-contact work.
        patience_seconds: mean patience, exponential.
        threshold_seconds: the queue's service goal, for the count answered in time.
        concurrency: contacts one agent handles at once.
        safety: staffing of the past: agents = load + safety * sqrt(load), varied by day.
        minimum_agents: fewest on duty while open.

    """

    key: int
    aht_seconds: float
    aht_cv: float
    after_share: float
    patience_seconds: float
    threshold_seconds: float
    concurrency: int = 1
    safety: float = 0.6
    minimum_agents: int = 2

    def __post_init__(self) -> None:
        if min(self.aht_seconds, self.aht_cv, self.patience_seconds) <= 0:
            msg = "Expected aht_seconds, aht_cv and patience_seconds > 0."
            raise ValueError(msg)


@dataclass(frozen=True)
class LiveDay:
    """One local day of a live queue: expected and actual contacts per open quarter hour.

    `starts[i]` is the start of interval i in epoch seconds.
    """

    day: date
    starts: Counts
    expected: Floats
    offered: Counts


@dataclass(frozen=True)
class LiveIntervals:
    """Counts and sums per interval of arrival, in the order of the days given."""

    offered: Counts
    answered: Counts
    answered_in_threshold: Counts
    abandoned: Counts
    abandoned_in_threshold: Counts
    abandoned_short: Counts
    answered_wait_seconds: Floats
    abandoned_wait_seconds: Floats
    talk_seconds: Floats
    hold_seconds: Floats
    after_seconds: Floats


def simulate_days(params: LiveParams, days: Sequence[LiveDay], *, seed: int) -> LiveIntervals:
    """Run the queue over consecutive days (the line at midnight goes on) and count by interval."""
    if not days:
        msg = "Expected at least one day."
        raise ValueError(msg)
    parts = [day_contacts(params, day, seed=seed) for day in days]
    sizes = np.cumsum([0] + [len(day.offered) for day in days])
    contacts = Contacts(
        arrived=np.concatenate([part[0].arrived for part in parts]),
        handle_seconds=np.concatenate([part[0].handle_seconds for part in parts]),
        patience_seconds=np.concatenate([part[0].patience_seconds for part in parts]),
    )
    interval = np.concatenate([part[1] + at for part, at in zip(parts, sizes[:-1], strict=True)])
    outcomes = simulate(contacts, _duty(params, days, seed=seed))
    return count_intervals(
        params, contacts, outcomes.wait_seconds, outcomes.answered, interval, int(sizes[-1])
    )


def day_contacts(params: LiveParams, day: LiveDay, *, seed: int) -> tuple[Contacts, Counts]:
    """Draw the day's contacts; return them with the index of their interval in the day."""
    rng = np.random.default_rng([seed, params.key, day.day.toordinal(), STREAM_CONTACTS])
    total = int(day.offered.sum())
    interval = np.repeat(np.arange(len(day.offered)), day.offered)
    arrived = day.starts[interval] + rng.uniform(0, INTERVAL_SECONDS, total)
    order = np.argsort(arrived, kind="stable")
    day_factor = rng.normal(1.0, 0.02)
    sigma = float(np.sqrt(np.log(1 + params.aht_cv**2)))
    mean_log = np.log(params.aht_seconds * day_factor) - sigma**2 / 2
    handle = np.maximum(rng.lognormal(mean_log, sigma, total), 10.0)
    patience = rng.exponential(params.patience_seconds, total)
    return Contacts(arrived[order], handle, patience), interval[order].astype(np.int64)


def _duty(params: LiveParams, days: Sequence[LiveDay], *, seed: int) -> Duty:
    """Staff the past by the expected load: load + safety * sqrt(load), with good and bad days."""
    slots: list[Counts] = []
    for day in days:
        rng = np.random.default_rng([seed, params.key, day.day.toordinal(), STREAM_DUTY])
        load = day.expected * params.aht_seconds / INTERVAL_SECONDS / params.concurrency
        safety = params.safety + rng.normal(0.0, 0.25)
        absent = rng.binomial(1, 0.08, len(load))
        agents = np.ceil(load + safety * np.sqrt(load)).astype(np.int64) - absent
        slots.append(np.maximum(agents, params.minimum_agents) * params.concurrency)
    starts = np.concatenate([day.starts for day in days])
    return Duty(starts.astype(np.float64), np.concatenate(slots).astype(np.int64))


def count_intervals(
    params: LiveParams,
    contacts: Contacts,
    waits: Floats,
    answered: NDArray[np.bool_],
    interval: Counts,
    size: int,
) -> LiveIntervals:
    """Add up contacts by the interval in which they arrived."""

    def count(chosen: NDArray[np.bool_]) -> Counts:
        return np.bincount(interval[chosen], minlength=size).astype(np.int64)

    def total(chosen: NDArray[np.bool_], values: Floats) -> Floats:
        return np.bincount(interval[chosen], weights=values[chosen], minlength=size).astype(
            np.float64
        )

    handled = total(answered, contacts.handle_seconds)
    in_time = waits <= params.threshold_seconds
    return LiveIntervals(
        offered=count(np.ones(len(interval), dtype=bool)),
        answered=count(answered),
        answered_in_threshold=count(answered & in_time),
        abandoned=count(~answered),
        abandoned_in_threshold=count(~answered & in_time),
        abandoned_short=count(~answered & (waits <= SHORT_ABANDON_SECONDS)),
        answered_wait_seconds=total(answered, waits),
        abandoned_wait_seconds=total(~answered, waits),
        talk_seconds=handled * (1 - params.after_share - HOLD_SHARE),
        hold_seconds=handled * HOLD_SHARE,
        after_seconds=handled * params.after_share,
    )
