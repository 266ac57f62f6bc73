"""What goes into a staffing model and what comes out of it, one array element per interval."""

from dataclasses import dataclass, fields

import numpy as np

from staffing.core.definitions import ServiceLevel
from staffing.core.kernels import FloatArray, RowIndex


@dataclass(frozen=True)
class Traffic:
    """What is offered to one queue.

    Attributes:
        erlangs: Workload, offered x AHT / interval seconds, >= 0.
        aht_seconds: Average handle time; may be NaN for Erlang B.
        patience_seconds: Mean patience; NaN where nobody abandons.

    """

    erlangs: FloatArray
    aht_seconds: FloatArray
    patience_seconds: FloatArray

    def take(self, rows: RowIndex | slice) -> "Traffic":
        """Return the chosen rows."""
        return Traffic(self.erlangs[rows], self.aht_seconds[rows], self.patience_seconds[rows])


@dataclass(frozen=True)
class Thresholds:
    """When an answer is in time.

    Attributes:
        threshold_seconds: T; NaN where no service level is asked for, inf allowed.
        short_seconds: Abandons within it count as short.
        definitions: The service levels to compute.

    """

    threshold_seconds: FloatArray
    short_seconds: FloatArray
    definitions: frozenset[ServiceLevel] = frozenset(ServiceLevel)

    def take(self, rows: RowIndex | slice) -> "Thresholds":
        """Return the chosen rows."""
        return Thresholds(self.threshold_seconds[rows], self.short_seconds[rows], self.definitions)


@dataclass(frozen=True)
class Prediction:
    """What customers and agents meet; NaN where the model has no such figure.

    Attributes:
        block_rate: Share that is turned away (B).
        wait_rate: Share that finds nobody free (C, A).
        abandonment_rate: Share that gives up (A).
        mean_wait_seconds: Mean wait of all offered contacts; inf where C is not stable.
        asa_seconds: Mean wait of answered contacts; NaN where nobody is answered.
        occupancy_rate: Busy share of the agents' time.
        service_levels: Level by definition; NaN where a threshold is needed and not given.

    """

    block_rate: FloatArray
    wait_rate: FloatArray
    abandonment_rate: FloatArray
    mean_wait_seconds: FloatArray
    asa_seconds: FloatArray
    occupancy_rate: FloatArray
    service_levels: dict[ServiceLevel, FloatArray]

    @classmethod
    def unknown(cls, size: int, definitions: frozenset[ServiceLevel]) -> "Prediction":
        """Return rows to be filled."""
        return cls(
            block_rate=np.full(size, np.nan),
            wait_rate=np.full(size, np.nan),
            abandonment_rate=np.full(size, np.nan),
            mean_wait_seconds=np.full(size, np.nan),
            asa_seconds=np.full(size, np.nan),
            occupancy_rate=np.full(size, np.nan),
            service_levels={
                key: np.full(size, np.nan) for key in ServiceLevel if key in definitions
            },
        )

    def take(self, rows: RowIndex) -> "Prediction":
        """Return the chosen rows."""
        return Prediction(
            service_levels={key: level[rows] for key, level in self.service_levels.items()},
            **{
                field.name: getattr(self, field.name)[rows]
                for field in fields(self)
                if field.name != "service_levels"
            },
        )

    def put(self, rows: RowIndex, part: "Prediction") -> None:
        """Write the figures that `part` knows into `rows`."""
        for name in (field.name for field in fields(self) if field.name != "service_levels"):
            getattr(self, name)[rows] = getattr(part, name)
        for key, level in part.service_levels.items():
            self.service_levels[key][rows] = level
