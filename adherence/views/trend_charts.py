"""Charts of trends and of measured shrinkage."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import get_args

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from adherence.core.waterfall import Step, Waterfall
from adherence.queries import TrendQuestion, Trends, TrendStep
from adherence.time_texts import STEP_TEXTS
from wfm import metrics
from wfm.web.charts import Axis, CategoryChart, Series, SeriesKey

COLOURS: tuple[SeriesKey, ...] = tuple(key for key in get_args(SeriesKey) if key.isdigit())
RATES = ("utilization_rate", "occupancy_rate", "shrinkage_rate", "unrecorded_rate")
HOUR = 3600


def waterfall_chart(total: Waterfall) -> CategoryChart:
    """What is left at each step, and what was lost before it."""
    left = [
        total.paid_seconds,
        total.present_seconds,
        total.available_seconds,
        total.handling_seconds,
    ]
    lost = [0, *(before - after for before, after in pairwise(left))]
    return CategoryChart(
        categories=[_("Paid"), *(str(STEP_TEXTS[step]) for step in Step)],
        x_title=_("Step"),
        y=Axis(title=_("Time"), unit="h", minimum=0),
        series=[
            Series(key="1", label=_("Left"), shape="bar", values=_hours(left)),
            Series(key="baseline", label=_("Lost before it"), shape="bar", values=_hours(lost)),
        ],
        horizontal=True,
        stacked=True,
    )


def activity_chart(
    found: Trends, question: TrendQuestion, names: Mapping[int, str]
) -> CategoryChart:
    """Hours of every declared activity by step, the smallest together."""
    steps = sorted(found.steps)
    by_step = [found.steps[step].by_activity() for step in steps]
    codes = sorted(
        {code for row in by_step for code in row},
        key=lambda code: (-sum(row.get(code, 0) for row in by_step), code),
    )
    room = len(COLOURS)
    alone = codes if len(codes) <= room else codes[: room - 1]
    rest = codes[len(alone) :]
    series = [
        Series(
            key=COLOURS[place],
            label=names.get(code, str(code)),
            shape="bar",
            values=_hours([row.get(code, 0) for row in by_step]),
        )
        for place, code in enumerate(alone)
    ]
    if rest:
        sums = [sum(row.get(code, 0) for code in rest) for row in by_step]
        series.append(Series(key=COLOURS[-1], label=_("Others"), shape="bar", values=_hours(sums)))
    unrecorded = [found.steps[step].unrecorded_seconds for step in steps]
    series.append(
        Series(key="baseline", label=_("Un-recorded"), shape="bar", values=_hours(unrecorded))
    )
    return CategoryChart(
        categories=[step_label(step, question.step) for step in steps],
        x_title="",
        y=Axis(title=_("Time"), unit="h", minimum=0),
        series=series,
        stacked=True,
    )


def rate_chart(found: Trends, question: TrendQuestion) -> CategoryChart:
    """The rates by step."""
    steps = sorted(found.steps)
    rates = [found.steps[step].rates for step in steps]
    return CategoryChart(
        categories=[step_label(step, question.step) for step in steps],
        x_title="",
        y=Axis(title=_("Share"), unit="%", minimum=0, maximum=1, digits=1),
        series=[
            Series(
                key=COLOURS[place],
                label=_(metrics.get(key).title),
                values=[row[key].value for row in rates],
            )
            for place, key in enumerate(RATES)
        ],
    )


def step_label(step: date, kind: TrendStep) -> str:
    """`16 Nov`, or `Nov 2026` for a month."""
    return date_format(step, "YEAR_MONTH_FORMAT" if kind is TrendStep.MONTH else "MONTH_DAY_FORMAT")


def cause_chart(
    names: Sequence[str], measured: Sequence[float], in_force: Sequence[float | None]
) -> CategoryChart:
    """Measured shares beside those in force, by cause."""
    return CategoryChart(
        categories=names,
        x_title=_("Cause"),
        y=Axis(title=_("Share of paid time"), unit="%", minimum=0, digits=1),
        series=[
            Series(key="1", label=_("Measured"), shape="bar", values=measured),
            Series(key="baseline", label=_("In force"), shape="bar", values=in_force),
        ],
        horizontal=True,
    )


def _hours(seconds: Sequence[int]) -> list[float]:
    return [value / HOUR for value in seconds]
