"""What a staffing row must not ask for, each refusal a sentence with the value and the cure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import Model, ServiceLevel
from staffing.core.kernels import FloatArray, RowIndex
from staffing.core.search import MOST_AGENTS

Mask = NDArray[np.bool_]
LEAST_ERLANGS, MOST_ERLANGS = 1e-100, 1e8
LEAST_SECONDS, MOST_SECONDS = 1e-6, 1e9
"""Of handle times and patience: a microsecond to 30 years."""
LEAST_PATIENCE_SHARE = 1e-6
"""Of the handle time; with less patience the integrals of Erlang A lose more than 1e-11."""
NEVER_CERTAIN = frozenset(
    {
        ServiceLevel.ANSWERED_OVER_OFFERED,
        ServiceLevel.EXCL_SHORT_ABANDONS,
        ServiceLevel.SHORT_ABANDONS_COUNT,
    }
)
RATES = ("max_block", "max_occupancy", "max_abandon")
CAPS = {
    "max_block": {Model.B},
    "max_asa_s": {Model.C, Model.A},
    "max_occupancy": set(Model),
    "max_abandon": {Model.A},
}


@dataclass
class RowChecks:
    """The first refusal of each row, empty while there is none."""

    size: int
    sentences: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sentences = [""] * self.size

    @property
    def passed(self) -> Mask:
        """Tell which rows have no refusal."""
        return np.array([not sentence for sentence in self.sentences], dtype=bool)

    def refuse(self, row: int, sentence: str) -> None:
        """Keep the first sentence of a row."""
        self.sentences[row] = self.sentences[row] or sentence

    def refuse_rows(self, rows: RowIndex, sentence: str) -> None:
        """Refuse rows by index with the same sentence."""
        for row in rows.tolist():
            self.refuse(row, sentence)

    def _where(self, mask: Mask, sentence: str) -> None:
        self.refuse_rows(np.flatnonzero(mask), sentence)

    def check(
        self,
        *,
        models: NDArray[np.str_],
        definitions: NDArray[np.str_],
        numbers: Mapping[str, FloatArray],
    ) -> None:
        """Refuse what cannot be understood or contradicts itself."""
        given = {name: ~np.isnan(values) for name, values in numbers.items()}
        for row in np.flatnonzero(~np.isin(models, list(Model))).tolist():
            self.refuse(row, f"Expected model B, C or A, got {models[row] or 'an empty cell'}.")
        for row in np.flatnonzero(~np.isin(definitions, list(ServiceLevel))).tolist():
            known = ", ".join(ServiceLevel)
            self.refuse(row, f"Expected sl_definition among {known}; got {definitions[row]}.")
        self._check_load_columns(given, numbers)
        self._check_level(models, definitions, given, numbers)
        for name in ("agents", "min_agents"):
            for row in np.flatnonzero(given[name] & (numbers[name] % 1.0 != 0.0)).tolist():
                self.refuse(row, f"Expected a whole number in {name}, got {numbers[name][row]:g}.")
            for row in np.flatnonzero(numbers[name] > MOST_AGENTS).tolist():
                self.refuse(
                    row, f"Expected {name} up to {MOST_AGENTS:.0f}, got {numbers[name][row]:g}."
                )
        for name in RATES:
            for row in np.flatnonzero(numbers[name] > 1.0).tolist():
                self.refuse(
                    row, f"Expected a share from 0 to 1 in {name}, got {numbers[name][row]:g}."
                )
        self._check_patience(models, given, numbers)

    def _check_load_columns(
        self, given: Mapping[str, Mask], numbers: Mapping[str, FloatArray]
    ) -> None:
        self._where(
            given["erlangs"] & given["volume"], "Expected erlangs or volume, got both in one row."
        )
        self._where(
            ~given["erlangs"] & ~given["volume"], "Expected erlangs or volume, got neither."
        )
        by_volume = given["volume"]
        self._where(
            by_volume & (numbers["volume"] > 0.0) & ~(numbers["interval_seconds"] > 0.0),
            "Expected interval_seconds > 0 beside volume.",
        )
        self._where(
            by_volume & (numbers["volume"] > 0.0) & ~given["aht_s"], "Expected aht_s beside volume."
        )

    def _check_level(
        self,
        models: NDArray[np.str_],
        definitions: NDArray[np.str_],
        given: Mapping[str, Mask],
        numbers: Mapping[str, FloatArray],
    ) -> None:
        level, asked = numbers["target_sl"], given["target_sl"]
        self._where(
            asked & (models == Model.B),
            "Erlang B knows no waiting, so it has no target_sl; set max_block.",
        )
        self._where(
            asked & (models == Model.C) & (definitions != ServiceLevel.ANSWERED_OVER_OFFERED),
            "Erlang C knows only answered_over_offered, because nobody abandons; use model A.",
        )
        self._where(asked & ~given["target_s"], "Expected target_s beside target_sl.")
        for row in np.flatnonzero(asked & ((level <= 0.0) | (level > 1.0))).tolist():
            self.refuse(row, f"Expected target_sl above 0 and up to 1, got {level[row]:g}.")
        self._where(
            (level == 1.0) & np.isfinite(numbers["target_s"]),
            "A target_sl of 1 within a finite target_s needs infinitely many agents; lower it.",
        )

    def _check_patience(
        self,
        models: NDArray[np.str_],
        given: Mapping[str, Mask],
        numbers: Mapping[str, FloatArray],
    ) -> None:
        impatient = models == Model.A
        self._where(impatient & ~given["patience_s"], "Erlang A needs patience_s.")
        self._where(impatient & (numbers["patience_s"] == 0.0), "Expected patience_s > 0, got 0.")
        self._where(
            impatient & np.isinf(numbers["patience_s"]),
            "Expected a finite patience_s, got inf; customers who never give up are model C.",
        )

    def check_load(
        self,
        *,
        models: NDArray[np.str_],
        definitions: NDArray[np.str_],
        erlangs: FloatArray,
        numbers: Mapping[str, FloatArray],
    ) -> None:
        """Refuse what no number of agents can give at this load."""
        loaded = erlangs > 0.0
        for row in np.flatnonzero(erlangs > MOST_ERLANGS).tolist():
            self.refuse(
                row, f"Expected a load up to {MOST_ERLANGS:.0f} erlang, got {erlangs[row]:g}."
            )
        for row in np.flatnonzero(loaded & (erlangs < LEAST_ERLANGS)).tolist():
            self.refuse(
                row, f"Expected a load of 0 or at least {LEAST_ERLANGS:g}, got {erlangs[row]:g}."
            )
        self._where(loaded & (numbers["aht_s"] == 0.0), "Expected aht_s > 0, got 0.")
        self._check_times(models, loaded, numbers)
        patient = (models == Model.C) & ~(
            np.isnan(numbers["target_s"]) & np.isnan(numbers["max_asa_s"])
        )
        self._where(
            loaded & ((models == Model.A) | patient) & np.isnan(numbers["aht_s"]),
            "Expected aht_s to compute waits.",
        )
        none = numbers["agents"] == 0.0
        self._where(
            loaded & none & (models == Model.C), "Erlang C needs at least one agent, got 0."
        )
        asked = loaded & np.isnan(numbers["agents"])
        for name, concerned in CAPS.items():
            self._where(
                asked & (numbers[name] == 0.0) & np.isin(models, list(concerned)),
                f"No number of agents brings {name} to 0; set a cap above 0.",
            )
        self._where(
            asked
            & (models == Model.A)
            & (numbers["target_sl"] == 1.0)
            & np.isin(definitions, list(NEVER_CERTAIN)),
            "Some customers always give up, so this target_sl of 1 cannot be reached; lower it.",
        )

    def _check_times(
        self, models: NDArray[np.str_], loaded: Mask, numbers: Mapping[str, FloatArray]
    ) -> None:
        """Refuse handle times and patience that are too short, too long or too far apart."""
        for name, concerned in (("aht_s", {Model.C, Model.A}), ("patience_s", {Model.A})):
            values = numbers[name]
            outside = (values < LEAST_SECONDS) | (values > MOST_SECONDS)
            for row in np.flatnonzero(loaded & outside & np.isin(models, list(concerned))).tolist():
                self.refuse(
                    row,
                    f"Expected {name} from {LEAST_SECONDS:g} to {MOST_SECONDS:g} seconds,"
                    f" got {values[row]:g}.",
                )
        short = numbers["patience_s"] < LEAST_PATIENCE_SHARE * numbers["aht_s"]
        self._where(
            loaded & short & (models == Model.A),
            f"Expected patience_s of at least {LEAST_PATIENCE_SHARE:g} of aht_s; customers who give"
            " up at once are model B.",
        )
