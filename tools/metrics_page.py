"""Writes docs/metrics.md from the metric registry.

python tools/metrics_page.py          write the page
python tools/metrics_page.py --check  fail when the page is not what the registry says
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "metrics.md"
sys.path.insert(0, str(ROOT))

from wfm.metrics import COUNTS, Metric, all_metrics  # noqa: E402 - the path comes first

HEAD = """# Metrics

Generated from `wfm/metrics` by `python tools/metrics_page.py`; do not edit. The formula is the text that is parsed and
computed. Rates are fractions 0–1 and pooled: sums of numerators over sums of denominators. An undefined value (nothing in
the denominator) is a dash, never 0 % or 100 %. A changed formula is a new version; stored results keep theirs.
"""


def page() -> str:
    """Return the page's text."""
    parts = [HEAD]
    for family, metrics in groupby(all_metrics(), key=lambda metric: metric.family):
        parts.append(f"## {family}\n")
        parts += ["\n".join(_entry(metric)) for metric in metrics]
    parts.append("## Counts\n")
    rows = [f"| `{count.name}` | {count.unit} | {count.description} |" for count in COUNTS.values()]
    parts.append("\n".join(["| count | unit | holds |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def _entry(metric: Metric) -> Iterator[str]:
    yield f"### {metric.title}\n"
    yield f"`{metric.key}` · version {metric.version} since {metric.valid_from} · {metric.unit}\n"
    yield f"{metric.definition}\n"
    if metric.formula:
        yield f"    {metric.formula}\n"
    yield f"- Pooling: {metric.pooling}. Better: {metric.better.replace('_', ' ')}."
    for case in metric.edge_cases:
        yield f"- {case}"
    yield f"- Source: {metric.source}"
    yield f"- Reference: {metric.reference.rstrip('.')}.\n"


def main(arguments: list[str]) -> int:
    """Write or check the page."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/metrics.md is out of date. Run: python tools/metrics_page.py\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
