"""Small lines: the shape of a series in the width of a word."""

from collections.abc import Sequence


def spark_paths(values: Sequence[float | None], *, width: int, height: int) -> tuple[str, str]:
    """Return the SVG paths of the line and of the area between it and zero; gaps stay gaps."""
    known = [value for value in values if value is not None]
    if not known:
        return "", ""
    lowest, highest = min(0.0, *known), max(0.0, *known)
    reach = (highest - lowest) or 1.0
    zero = height + lowest / reach * height
    step = width / max(1, len(values) - 1)
    line, area = [], []
    for run in _runs(values):
        points = [
            (index * step, height - (value - lowest) / reach * height) for index, value in run
        ]
        text = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        line.append(f"M{text}")
        area.append(f"M{points[0][0]:.1f} {zero:.1f} L{text} L{points[-1][0]:.1f} {zero:.1f} Z")
    return " ".join(line), " ".join(area)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is not None:
            runs[-1].append((index, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
