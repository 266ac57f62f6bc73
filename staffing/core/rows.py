"""Staffing rows as text: columns of cells in, columns of cells out (the staff_file format).

Short column names belong to the file format; they are translated here, at the edge.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import DEFAULT_SHORT_SECONDS, Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray, RowIndex
from staffing.core.refusals import RowChecks
from staffing.core.requirement import agents_or_inf
from staffing.core.traffic import Prediction, Thresholds, Traffic

NUMBER_COLUMNS = (
    "erlangs",
    "volume",
    "interval_seconds",
    "aht_s",
    "patience_s",
    "target_s",
    "target_sl",
    "short_s",
    "max_block",
    "max_asa_s",
    "max_occupancy",
    "max_abandon",
    "min_agents",
    "agents",
)
LEVEL_COLUMNS = {key: f"sl_{key.value}" for key in ServiceLevel}
OUTPUT_COLUMNS = (
    "required_agents",
    "p_block",
    "p_wait",
    "p_abandon",
    "mean_wait_offered_s",
    "asa_s",
    "occupancy",
    *LEVEL_COLUMNS.values(),
    "error",
)

ENDLESS = {"target_s", "patience_s"}
"""Columns in which inf has a meaning; Erlang A asks for finite patience (see RowChecks)."""

Cells = Mapping[str, Sequence[str]]


def missing_columns(names: Sequence[str]) -> list[str]:
    """Return the columns without which no row can be read, as sentences' subjects."""
    missing = [] if "model" in names else ["model"]
    if "erlangs" not in names and not {"volume", "interval_seconds", "aht_s"} <= set(names):
        missing.append("erlangs (or volume, interval_seconds and aht_s)")
    return missing


def doubled_columns(names: Sequence[str]) -> list[str]:
    """Return the input columns that are named twice, so that nobody knows which one holds."""
    known = ("model", "sl_definition", *NUMBER_COLUMNS)
    return [name for name in known if list(names).count(name) > 1]


def staff_rows(
    cells: Cells, *, size: int, refused: Mapping[int, str] | None = None
) -> dict[str, list[str]]:
    """Return the output columns for `size` rows; a row with an error has that sentence only.

    `refused` holds sentences about rows, by index, that are known to be wrong beforehand.
    """
    rows = _read(cells, size, refused or {})
    prediction = Prediction.unknown(size, frozenset(ServiceLevel))
    required = np.full(size, np.nan)
    passed = np.flatnonzero(rows.checks.passed)
    for model, definition in sorted(
        set(zip(rows.models[passed], rows.definitions[passed], strict=True))
    ):
        chosen = passed[(rows.models[passed] == model) & (rows.definitions[passed] == definition)]
        _staff_group(rows, Model(model), ServiceLevel(definition), chosen, required, prediction)
    return _written(required, prediction, rows.checks)


@dataclass(frozen=True)
class _Rows:
    models: NDArray[np.str_]
    definitions: NDArray[np.str_]
    numbers: dict[str, FloatArray]
    erlangs: FloatArray
    checks: RowChecks

    def goals(self, definition: ServiceLevel, rows: RowIndex) -> Goals:
        return Goals(
            definition=definition,
            level=self.numbers["target_sl"][rows],
            threshold_seconds=self.numbers["target_s"][rows],
            short_seconds=self.numbers["short_s"][rows],
            max_asa_seconds=self.numbers["max_asa_s"][rows],
            max_abandonment_rate=self.numbers["max_abandon"][rows],
            max_occupancy_rate=self.numbers["max_occupancy"][rows],
            max_block_rate=self.numbers["max_block"][rows],
            min_agents=self.numbers["min_agents"][rows],
        )

    def traffic(self, rows: RowIndex) -> Traffic:
        return Traffic(
            self.erlangs[rows], self.numbers["aht_s"][rows], self.numbers["patience_s"][rows]
        )


def _staff_group(
    rows: _Rows,
    model: Model,
    definition: ServiceLevel,
    chosen: RowIndex,
    required: FloatArray,
    prediction: Prediction,
) -> None:
    agents = rows.numbers["agents"].copy()
    asked = chosen[np.isnan(agents[chosen])]
    if asked.size:
        found = agents_or_inf(
            model=model, traffic=rows.traffic(asked), goals=rows.goals(definition, asked)
        )
        required[asked] = agents[asked] = found
        rows.checks.refuse_rows(asked[np.isinf(found)], "No number of agents meets these goals.")
    known = chosen[np.isfinite(agents[chosen])]
    if known.size:
        thresholds = Thresholds(rows.numbers["target_s"][known], rows.numbers["short_s"][known])
        part = evaluate(
            model=model, traffic=rows.traffic(known), agents=agents[known], thresholds=thresholds
        )
        rows.checks.refuse_rows(
            known[_is_beyond(model, part)],
            "This load, handle time and patience are too far apart to compute with 16 digits.",
        )
        prediction.put(known, part)


def _is_beyond(model: Model, part: Prediction) -> NDArray[np.bool_]:
    """Tell where a figure that the model always has is no number."""
    figures = [part.occupancy_rate]
    figures += [part.block_rate] if model is Model.B else [part.wait_rate]
    figures += [part.abandonment_rate] if model is Model.A else []
    return np.asarray(np.isnan(figures).any(axis=0))


def _read(cells: Cells, size: int, refused: Mapping[int, str]) -> _Rows:
    empty = [""] * size
    checks = RowChecks(size)
    for row, sentence in refused.items():
        checks.refuse(row, sentence)
    models = np.array([cell.strip().upper() for cell in cells.get("model", empty)], dtype=np.str_)
    definitions = np.array(
        [
            cell.strip() or ServiceLevel.ANSWERED_OVER_OFFERED.value
            for cell in cells.get("sl_definition", empty)
        ],
        dtype=np.str_,
    )
    numbers = {name: _numbers(name, cells.get(name, empty), checks) for name in NUMBER_COLUMNS}
    numbers["short_s"] = np.where(
        np.isnan(numbers["short_s"]), DEFAULT_SHORT_SECONDS, numbers["short_s"]
    )
    checks.check(models=models, definitions=definitions, numbers=numbers)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        offered = numbers["volume"] * numbers["aht_s"] / numbers["interval_seconds"]
    offered = np.where(numbers["volume"] == 0.0, 0.0, offered)  # whatever the interval and the AHT
    erlangs = np.where(np.isnan(numbers["erlangs"]), offered, numbers["erlangs"])
    checks.check_load(models=models, erlangs=erlangs, numbers=numbers, definitions=definitions)
    return _Rows(models, definitions, numbers, erlangs, checks)


def _numbers(name: str, cells: Sequence[str], checks: RowChecks) -> FloatArray:
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if not cell or cell.isspace():
            continue
        try:
            value = np.nan if "_" in cell else float(cell)
        except ValueError:
            value = np.nan
        if not value >= 0.0:
            checks.refuse(row, f"Expected a number >= 0 in {name}, got {cell.strip()}.")
        elif value == np.inf and name not in ENDLESS:
            checks.refuse(row, f"Expected a finite number in {name}, got {cell.strip()}.")
        values[row] = value
    return values


def _written(
    required: FloatArray, prediction: Prediction, checks: RowChecks
) -> dict[str, list[str]]:
    columns = {
        "p_block": prediction.block_rate,
        "p_wait": prediction.wait_rate,
        "p_abandon": prediction.abandonment_rate,
        "mean_wait_offered_s": prediction.mean_wait_seconds,
        "asa_s": prediction.asa_seconds,
        "occupancy": prediction.occupancy_rate,
    } | {LEVEL_COLUMNS[key]: level for key, level in prediction.service_levels.items()}
    written = {
        "required_agents": [str(int(n)) if math.isfinite(n) else "" for n in required.tolist()]
    }
    for name, figures in columns.items():
        written[name] = ["" if math.isnan(value) else repr(value) for value in figures.tolist()]
    written["error"] = checks.sentences
    return written
