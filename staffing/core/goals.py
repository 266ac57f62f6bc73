"""What a queue was promised: all goals that are set must hold at once."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import DEFAULT_SHORT_SECONDS, ServiceLevel
from staffing.core.kernels import QUICK_ERROR, FloatArray, RowIndex
from staffing.core.traffic import Prediction, Thresholds

SMALLEST = 1e-300
WIDEST = 100.0
TIE = 1e-12  # relative: an exact tie (80 erlang, 100 agents, cap 0.8) must not fail by rounding
UNSURE_MARGIN = 10.0 * QUICK_ERROR  # a goal's figure is a ratio of sums of a few quick integrals


@dataclass(frozen=True)
class Goals:
    """Goals of each interval; NaN is not set. One definition of service level for all rows.

    Attributes:
        definition: Which service level `level` means.
        level: Least service level, above 0, 1 at most.
        threshold_seconds: T of the service level.
        short_seconds: Abandons within it count as short.
        max_asa_seconds: Longest mean wait of the answered.
        max_abandonment_rate: Largest share that gives up.
        max_occupancy_rate: Largest busy share of the agents' time.
        max_block_rate: Largest share that is turned away.
        min_agents: Fewest agents, whatever the load.

    """

    definition: ServiceLevel
    level: FloatArray
    threshold_seconds: FloatArray
    short_seconds: FloatArray
    max_asa_seconds: FloatArray
    max_abandonment_rate: FloatArray
    max_occupancy_rate: FloatArray
    max_block_rate: FloatArray
    min_agents: FloatArray

    @classmethod
    def same(
        cls,
        size: int,
        *,
        definition: ServiceLevel = ServiceLevel.ANSWERED_OVER_OFFERED,
        short_seconds: float = DEFAULT_SHORT_SECONDS,
        **values: float | None,
    ) -> "Goals":
        """Return the same goals for `size` intervals; what is not named is not set."""
        names = {field.name for field in fields(cls)} - {"definition", "short_seconds"}
        if unknown := set(values) - names:
            msg = f"Expected goals among {', '.join(sorted(names))}, got {', '.join(unknown)}."
            raise ValueError(msg)
        columns = {
            name: np.full(size, np.nan if (value := values.get(name)) is None else value)
            for name in names
        }
        return cls(definition=definition, short_seconds=np.full(size, short_seconds), **columns)

    def take(self, rows: RowIndex | slice) -> "Goals":
        """Return the chosen rows."""
        columns = {
            field.name: getattr(self, field.name)[rows]
            for field in fields(self)
            if field.name != "definition"
        }
        return Goals(definition=self.definition, **columns)

    def thresholds(self, definitions: frozenset[ServiceLevel] | None = None) -> Thresholds:
        """Return the thresholds to evaluate these goals (or the definitions named)."""
        wanted = frozenset({self.definition}) if definitions is None else definitions
        if np.isnan(self.level).all() and definitions is None:
            wanted = frozenset()
        return Thresholds(self.threshold_seconds, self.short_seconds, wanted)

    def met_by(self, prediction: Prediction) -> NDArray[np.bool_]:
        """Tell where a prediction meets every goal that is set."""
        return np.asarray(self.margin(prediction) >= 0.0)

    def margin(self, prediction: Prediction) -> FloatArray:
        """Return by how much the worst goal is met, as ln(allowed / found); negative where missed."""
        pairs = [
            (prediction.asa_seconds, self.max_asa_seconds),
            (prediction.abandonment_rate, self.max_abandonment_rate),
            (prediction.occupancy_rate, self.max_occupancy_rate),
            (prediction.block_rate, self.max_block_rate),
        ]
        level = prediction.service_levels.get(self.definition)
        if level is not None:
            pairs.append((1.0 - level, 1.0 - self.level))
        margin = np.full(self.level.shape, WIDEST)
        for figure, cap in pairs:
            if not np.isnan(cap).all():
                margin = np.minimum(margin, _below(figure, cap))
        return margin


def _below(figure: FloatArray, cap: FloatArray) -> FloatArray:
    """Return ln(cap / figure); what is at the cap meets it, rounding aside.

    Where the model has no such figure (no abandonment in C, no wait in B) the cap holds.
    """
    holds = figure <= cap * (1.0 + TIE)
    logs = np.log(np.maximum(cap, SMALLEST)) - np.log(np.maximum(figure, SMALLEST))
    margin = np.clip(logs, -WIDEST, WIDEST)
    signed = np.where(holds, np.maximum(margin, 0.0), np.minimum(margin, -TIE))
    return np.where(np.isnan(cap) | np.isnan(figure), WIDEST, signed)
