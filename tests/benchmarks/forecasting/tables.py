"""Markdown tables of a run: engine against every peer, by panel and horizon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tests.benchmarks.forecasting.peers.registry import WEEKDAYS
from tests.benchmarks.forecasting.run import ENGINE, Results
from tests.benchmarks.forecasting.scoring import (
    HORIZONS,
    Sums,
    best,
    bias,
    coverage,
    geometric_mean,
    total,
    wape,
)

ByMethod = dict[str, Sums]


@dataclass(frozen=True)
class PanelScores:
    """Horizon → set → method → sums of one panel."""

    panel: str
    results: Results

    @cached_property
    def by_horizon(self) -> dict[str, dict[str, ByMethod]]:
        """All sums, over the methods that have every case of a set."""
        found: dict[str, dict[str, ByMethod]] = {}
        for horizon in HORIZONS:
            for name in self.sets:
                sums = self._of_set(horizon, name)
                if sums:
                    found.setdefault(horizon, {})[name] = sums
        return found

    @cached_property
    def sets(self) -> list[str]:
        """Sets in the order of the run."""
        keys = [key.split("/") for key in self.results.scores]
        return list(dict.fromkeys(key[1] for key in keys if key[0] == self.panel))

    def _of_set(self, horizon: str, name: str) -> ByMethod:
        prefix = f"{self.panel}/{name}/"
        cases = [
            methods
            for key, methods in self.results.scores.items()
            if key.startswith(prefix) and any(horizon in scores for scores in methods.values())
        ]
        if not cases:
            return {}
        shared = set.intersection(*(set(methods) for methods in cases))
        return {
            method: total(case[method][horizon] for case in cases)
            for method in cases[0]
            if method in shared
        }

    def ratio_to_best(self, horizon: str, name: str, measure: str = "error") -> float | None:
        """The engine over the best peer of this set, picked afterwards."""
        sums = dict(self.by_horizon[horizon][name])
        own = sums.pop(ENGINE, None)
        rival = best(sums, measure)
        if own is None or rival is None or measure not in own:
            return None
        return own[measure] / max(sums[rival][measure], 1e-9)

    def ratio_to(self, horizon: str, name: str, method: str) -> float | None:
        """WAPE of the engine over that of one method."""
        sums = self.by_horizon[horizon][name]
        if ENGINE not in sums or method not in sums:
            return None
        return sums[ENGINE]["error"] / max(sums[method]["error"], 1e-9)

    def mean_to_best(self, horizon: str, measure: str = "error") -> float:
        """Geometric mean over the sets of the ratio to the best peer."""
        ratios = [self.ratio_to_best(horizon, name, measure) for name in self.by_horizon[horizon]]
        return geometric_mean(ratio for ratio in ratios if ratio is not None)

    def mean_to(self, horizon: str, method: str) -> float:
        """Geometric mean over the sets of the ratio to one method."""
        ratios = [self.ratio_to(horizon, name, method) for name in self.by_horizon[horizon]]
        return geometric_mean(ratio for ratio in ratios if ratio is not None)

    def pooled(self, horizon: str) -> Sums:
        """The engine's sums over all sets."""
        return total(sums[ENGINE] for sums in self.by_horizon[horizon].values() if ENGINE in sums)

    def mean_bias(self, horizon: str) -> float:
        """Mean over the sets of the engine's bias, so that one huge set does not decide."""
        of_sets = [bias(x[ENGINE]) for x in self.by_horizon[horizon].values() if ENGINE in x]
        return sum(of_sets) / max(len(of_sets), 1)


def accuracy_table(scores: PanelScores, horizon: str) -> str:
    """One row a set: the engine, the best peer, the ratios, bias and bands."""
    rows = [
        "| set | engine | best peer | ratio | weekday mean | ratio | bias | in 80 % band | pinball ratio |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, sums in scores.by_horizon[horizon].items():
        if ENGINE in sums:
            rows.append(_accuracy_row(scores, horizon, name))
    everything = scores.pooled(horizon)
    rows.append(
        f"| **all sets** | | | **{scores.mean_to_best(horizon):.3f}** | | "
        f"**{scores.mean_to(horizon, WEEKDAYS):.3f}** | **{scores.mean_bias(horizon):+.1%}** | "
        f"**{_percent(coverage(everything))}** | **{scores.mean_to_best(horizon, 'pinball'):.3f}** |"
    )
    return "\n".join(rows)


def _accuracy_row(scores: PanelScores, horizon: str, name: str) -> str:
    sums = dict(scores.by_horizon[horizon][name])
    own = sums.pop(ENGINE)
    rival = best(sums, "error")
    cells = [name, _percent(wape(own))]
    cells.append(f"{rival} {_percent(wape(sums[rival]))}" if rival else "")
    cells.append(_ratio(scores.ratio_to_best(horizon, name)))
    cells.append(_percent(wape(sums[WEEKDAYS])) if WEEKDAYS in sums else "")
    cells.append(_ratio(scores.ratio_to(horizon, name, WEEKDAYS)))
    cells += [f"{bias(own):+.1%}", _percent(coverage(own))]
    cells.append(_ratio(scores.ratio_to_best(horizon, name, "pinball")))
    return f"| {' | '.join(cells)} |"


def peers_table(scores: PanelScores, horizon: str) -> str:
    """One row a set, one column a method: WAPE; the last row is the mean ratio to the best peer."""
    by_set = scores.by_horizon[horizon]
    methods = list(dict.fromkeys(method for sums in by_set.values() for method in sums))
    methods.sort(key=lambda method: method != ENGINE)
    rows = [f"| set | {' | '.join(methods)} |", "|---" * (len(methods) + 1) + "|"]
    for name, sums in by_set.items():
        rivals = {method: value for method, value in sums.items() if method != ENGINE}
        cells = [_marked(method, sums, best(rivals, "error")) for method in methods]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    means = [_mean_over_best(by_set, method) for method in methods]
    rows.append(f"| over the best peer | {' | '.join(means)} |")
    return "\n".join(rows)


def _marked(method: str, sums: ByMethod, winner: str | None) -> str:
    if method not in sums:
        return "–"
    text = _percent(wape(sums[method]))
    return f"**{text}**" if method == winner else text


def _mean_over_best(by_set: dict[str, ByMethod], method: str) -> str:
    ratios = []
    for sums in by_set.values():
        rival = best({name: value for name, value in sums.items() if name != ENGINE}, "error")
        if method in sums and rival is not None:
            ratios.append(sums[method]["error"] / max(sums[rival]["error"], 1e-9))
    return f"{geometric_mean(ratios):.3f}"


def _percent(share: float) -> str:
    return "–" if share != share else f"{share:.1%}".replace("%", " %")  # noqa: PLR0124


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
