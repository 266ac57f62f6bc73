"""What the exact core does not compute with: said in a sentence before any number comes out."""

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import Model
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.traffic import Traffic


class UnusableInput(ValueError):  # noqa: N818 - domain errors are named for what failed
    """A number that no interval can have; the sentence names it, its place and the cure."""


def refuse_traffic(model: Model | None, traffic: Traffic) -> None:
    """Raise UnusableInput for loads, handle times and patience that no queue has.

    `model` is None for the chat chain, where patience may be unknown and AHT may not.
    """
    loaded = traffic.erlangs != 0.0
    _refuse(~(traffic.erlangs >= 0.0), traffic.erlangs, "erlangs >= 0")
    _refuse(np.isinf(traffic.erlangs), traffic.erlangs, "a finite load")
    aht, patience = traffic.aht_seconds, traffic.patience_seconds
    _refuse(loaded & (aht <= 0.0), aht, "aht_seconds > 0")
    if model in {None, Model.A}:
        _refuse(loaded & ~np.isfinite(aht), aht, "a known aht_seconds")
    _refuse(loaded & (patience <= 0.0), patience, "patience_seconds > 0")
    if model is Model.A:
        cure = "a known patience_seconds for Erlang A (Erlang C where nobody gives up)"
        _refuse(loaded & ~np.isfinite(patience), patience, cure)


def refuse_agents(agents: FloatArray) -> None:
    """Raise UnusableInput for what is no number of people."""
    _refuse(~(agents >= 0.0), agents, "agents >= 0")
    _refuse(agents != np.floor(agents), agents, "whole agents")


def refuse_goals(model: Model | None, traffic: Traffic, goals: Goals) -> None:
    """Raise UnusableInput for goals that mean nothing, or that no number of agents reaches."""
    level, within = goals.level, goals.threshold_seconds
    asked = ~np.isnan(level)
    _refuse(asked & ~((level > 0.0) & (level <= 1.0)), level, "a level above 0 and up to 1")
    _refuse(asked & ~(within >= 0.0), within, "threshold_seconds >= 0 beside a level")
    _refuse(
        (level == 1.0) & np.isfinite(within),
        level,
        "a level below 1 within a finite threshold, as 1 needs infinitely many agents",
    )
    for name in (
        "max_asa_seconds",
        "max_abandonment_rate",
        "max_occupancy_rate",
        "max_block_rate",
        "min_agents",
    ):
        cap = getattr(goals, name)
        _refuse(cap < 0.0, cap, f"{name} >= 0")
    if model is not Model.B:
        timed = (traffic.erlangs > 0.0) & (asked | ~np.isnan(goals.max_asa_seconds))
        aht = traffic.aht_seconds
        _refuse(timed & ~np.isfinite(aht), aht, "a known aht_seconds to compute waits")


def _refuse(wrong: NDArray[np.bool_], values: FloatArray, wanted: str) -> None:
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        msg = f"Expected {wanted}, got {values[place]:g} in interval {place}."
        raise UnusableInput(msg)
