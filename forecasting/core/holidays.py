"""What holidays do to a queue, learnt from its own past: same holiday → any holiday → nothing.

The effect of a holiday is the log ratio of what came to what an ordinary day would have brought.
The effects of one queue are taken as draws around the queue's own mean effect, that mean as a draw
around none, and each year's effect as a draw around its holiday's (a normal hierarchy with its
variances estimated from the queue itself; Gelman et al., Bayesian Data Analysis, ch. 5). So a
holiday seen in two years is mostly itself, an unseen one leans on the others as far as they agree,
and a queue whose history holds no holiday gets no effect at all.

Holidays go by name, so that Easter and Passover are met wherever they fall. The eve of a holiday
and the day after it are judged apart from holidays and are ordinary unless they stand out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK, HistoryData
from forecasting.core.usual_days import UsualDays, usual_profile, weekday_factor
from forecasting.core.wall_clock import BoolArray, FloatArray

LEAST_RATIO = 0.01
"""Share of a usual day mixed into both sides: a closed day is a ratio of about this."""
LARGEST_FACTOR = 5.0
CONTACTS_BELIEVED = 40.0
OTHER_DAYS_BELIEVED = 3.0
SAME_DAYS_BELIEVED = 0.5
"""Ordinary shape mixed into a holiday's profile: contacts per label, and days of like volume beside
those of other holidays and of the same one."""
WEEKEND_SHARE = 0.75
"""Part of the other holidays' effect that a new one has on a Saturday or Sunday: it is free anyway."""
LEAST_CONTRAST = 1e-6
FLATNESS_SPREAD = 0.35
"""How far from 0 a queue's flatness is thought to lie before its own holidays are seen."""
SMOOTH_BELOW = ((20.0, 4), (100.0, 2))
"""Kernel passes along the day where a label holds fewer contacts than this."""


@dataclass(frozen=True)
class Effect:
    """Log ratio of a special day to an ordinary one, and how unsure it is."""

    log_ratio: float
    variance: float
    """Of the log ratio of one such day to come, beyond the scatter of ordinary days."""


ORDINARY = Effect(0.0, 0.0)


@dataclass(frozen=True)
class EffectPriors:
    """What is believed before a queue's own days are seen; all on log scale."""

    of_mean: float = 0.25
    between_names: float = 0.3
    between_weight: float = 3.0
    within_name: float = 0.07
    within_weight: float = 6.0
    spread_factor: float = 2.5
    """Variance between the years of one holiday, in variances of ordinary days."""
    least_score: float = 0.0
    """Effects below so many standard errors count as none."""

    @property
    def of_unseen(self) -> Effect:
        """What a day of such a kind is thought to do to a queue that never saw one."""
        if self.least_score > 0:
            return ORDINARY
        return Effect(0.0, self.of_mean**2 + self.between_names**2)


HOLIDAY_PRIORS = EffectPriors()
NEIGHBOR_PRIORS = EffectPriors(spread_factor=4.0, least_score=1.0)


@dataclass(frozen=True)
class Occurrence:
    """One past day of a kind."""

    day: int
    name: str
    family: str


@dataclass(frozen=True)
class Effects:
    """Effects by name and family; `pooled` for what was never seen.

    They are measured against a day between the weekday's own usual volume (flatness 0: a holiday
    takes its share of any weekday) and that of an average day (flatness 1: a holiday brings the
    same on a Sunday as on a Monday).
    """

    pooled: Effect
    by_name: Mapping[str, Effect] = field(default_factory=dict)
    by_family: Mapping[str, Effect] = field(default_factory=dict)
    flatness: float = 0.0

    def of(
        self, name: str, family: str, *, weekday_factor: float = 1.0, at_weekend: bool = False
    ) -> Effect:
        """Effect on a day of that weekday: of its name, else of its family, else of any."""
        share = 1.0
        if at_weekend:
            share = WEEKEND_SHARE + (1.0 - WEEKEND_SHARE) * self.flatness
        pooled = Effect(self.pooled.log_ratio * share, self.pooled.variance)
        found = self.by_name.get(name) or self.by_family.get(family, pooled)
        if found == ORDINARY:
            return found
        moved = self.flatness * float(np.log(weekday_factor))
        return Effect(found.log_ratio - moved, found.variance)


def learn_effects(
    occurrences: Sequence[Occurrence], usual: UsualDays, queue: int, priors: EffectPriors
) -> Effects:
    """Effects of the days of one group (holidays, eves or days after) on one queue."""
    seen = [item for item in occurrences if _is_judged(item, usual, queue)]
    if not seen:
        return Effects(pooled=priors.of_unseen)
    days = np.array([item.day for item in seen])
    due = usual.usual[queue, days]
    came = usual.observed[queue, days]
    floor = LEAST_RATIO * due + 0.5
    ratios = np.log((came + floor) / (due + floor))
    weekdays = np.log([weekday_factor(usual, queue=queue, day=item.day) for item in seen])
    flatness = _flatness(ratios, weekdays, priors) if priors.least_score == 0.0 else 0.0
    ratios = ratios + flatness * weekdays
    spread = float(usual.spread[queue])
    by_name, pooled = _shrunk([item.name for item in seen], ratios, spread, priors)
    by_family, _ = _shrunk([item.family for item in seen], ratios, spread, priors)
    return Effects(pooled=pooled, by_name=by_name, by_family=by_family, flatness=flatness)


def _flatness(ratios: FloatArray, weekdays: FloatArray, priors: EffectPriors) -> float:
    """How far holidays bring the same on any weekday: shrunk slope of log ratios on -log weekday."""
    quiet, apart = weekdays.mean() - weekdays, ratios - ratios.mean()
    square, product = float((quiet**2).sum()), float((quiet * apart).sum())
    if square < LEAST_CONTRAST:
        return 0.0
    rest = float(((apart - product / square * quiet) ** 2).sum())
    believed = priors.between_weight * priors.between_names**2
    variance = (rest + believed) / (ratios.size - 2 + priors.between_weight)
    return float(np.clip(product / (square + variance / FLATNESS_SPREAD**2), 0.0, 1.0))


def _is_judged(item: Occurrence, usual: UsualDays, queue: int) -> bool:
    return bool(np.isfinite(usual.observed[queue, item.day]) and usual.usual[queue, item.day] > 0)


def _shrunk(
    names: Sequence[str], ratios: FloatArray, spread: float, priors: EffectPriors
) -> tuple[dict[str, Effect], Effect]:
    """Posterior effect of every name, and of a name not seen."""
    different = list(dict.fromkeys(names))
    rows = [np.array([other == name for other in names]) for name in different]
    counts = np.array([row.sum() for row in rows], dtype=np.float64)
    means = np.array([ratios[row].mean() for row in rows])
    scatter = sum(((ratios[row] - ratios[row].mean()) ** 2).sum() for row in rows)
    believed = max(priors.within_name**2, priors.spread_factor * spread**2)
    repeats = float((counts - 1).sum())
    within = (priors.within_weight * believed + scatter) / (priors.within_weight + repeats)
    size = len(different)
    chance = (within / counts).sum() * (size - 1) / size
    apart = max(float(((means - means.mean()) ** 2).sum() - chance), 0.0)
    between = (priors.between_weight * priors.between_names**2 + apart) / (
        priors.between_weight + size - 1
    )
    weights = 1 / (between + within / counts)
    precision = weights.sum() + 1 / priors.of_mean**2
    # Bands know how ordinary days scatter; only what a kind's days scatter beyond that is news.
    beyond = max(within - spread**2, 0.0)
    pooled = _gated(
        Effect(float((weights * means).sum() / precision), between + 1 / precision + beyond),
        precision**-0.5,
        priors,
    )
    trust = between / (between + within / counts)
    errors = np.sqrt(1 / (1 / between + counts / within))
    effects = pooled.log_ratio + (means - pooled.log_ratio) * trust
    found = {
        name: _gated(Effect(float(effect), float(error) ** 2 + beyond), float(error), priors)
        for name, effect, error in zip(different, effects, errors, strict=True)
    }
    return found, pooled


def _gated(effect: Effect, error: float, priors: EffectPriors) -> Effect:
    return effect if abs(effect.log_ratio) > priors.least_score * error else ORDINARY


def variance_of_kind(ratios: FloatArray, spread: float, priors: EffectPriors) -> float:
    """Variance of one more day of a kind that is learnt by itself, from its days' log ratios."""
    believed = max(priors.within_name**2, priors.spread_factor * spread**2)
    scatter = float(((ratios - ratios.mean()) ** 2).sum())
    within = (priors.within_weight * believed + scatter) / (priors.within_weight + ratios.size - 1)
    return within / ratios.size + max(within - spread**2, 0.0)


@dataclass(frozen=True)
class DayShapes:
    """Contacts by label on days of a kind and what their ordinary shape would have been."""

    came: FloatArray
    due: FloatArray
    days: int = 0


def label_factors(
    target_profile: FloatArray, named: DayShapes, any_of_group: DayShapes
) -> FloatArray:
    """Multiplier of each label, 1 on the contacts' average: the holiday's own profile.

    The ordinary profile is corrected by all days of the group, that by the days of the same name,
    each as far as its contacts go.
    """
    shape = np.ones(target_profile.shape)
    for days, trust in ((any_of_group, OTHER_DAYS_BELIEVED), (named, SAME_DAYS_BELIEVED)):
        if days.days:
            came, due = _smoothed(days.came), _smoothed(days.due * shape)
            believed = CONTACTS_BELIEVED + trust * due / days.days
            shape = shape * (came + believed) / (due + believed)
    weight = target_profile.sum()
    mean = float((target_profile * shape).sum() / weight) if weight > 0 else 1.0
    return np.asarray(shape / mean) if mean > 0 else np.ones(shape.shape)


def _smoothed(values: FloatArray) -> FloatArray:
    used = values[values > 0]
    mean = float(used.mean()) if used.size else 0.0
    passes = next((passes for limit, passes in SMOOTH_BELOW if mean < limit), 0)
    for _ in range(passes if values.size > DAYS_PER_WEEK else 0):
        padded = np.pad(values, 1, mode="edge")
        values = padded[:-2] / 4 + padded[1:-1] / 2 + padded[2:] / 4
    return values


def shapes_of(
    history: HistoryData, ordinary: BoolArray, queue: int, days: Sequence[int]
) -> dict[int, DayShapes]:
    """Observed and ordinary contacts by label of some past days, both at the day's own volume."""
    found: dict[int, DayShapes] = {}
    for day in dict.fromkeys(days):
        cells = history.offered[queue, day]
        known = history.open_mask[queue, day] & np.isfinite(cells)
        came = np.where(known, cells, 0.0)
        due = np.where(known, usual_profile(history, ordinary, queue=queue, day=day), 0.0)
        if came.sum() > 0 and due.sum() > 0:
            found[day] = DayShapes(came=came, due=due * came.sum() / due.sum(), days=1)
    return found


def summed(shapes: Sequence[DayShapes], labels: int) -> DayShapes:
    """All of them together."""
    if not shapes:
        return DayShapes(came=np.zeros(labels), due=np.zeros(labels))
    return DayShapes(
        came=np.sum([item.came for item in shapes], axis=0),
        due=np.sum([item.due for item in shapes], axis=0),
        days=len(shapes),
    )
