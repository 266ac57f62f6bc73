"""Every formula as a projection of one sweep: the published examples, and what each leaves out."""

import numpy as np
import pytest

from adherence.core.data import (
    CodeRules,
    DayWindows,
    PlannedActivities,
    Spans,
    StatePoints,
    SweepData,
)
from adherence.core.groups import ON_POSITION, StateGroup, group_mask
from adherence.core.projections import (
    FIGURES,
    FORMULAS,
    CodeKinds,
    day_figures,
    project,
    project_all,
    project_rows,
)
from adherence.core.sweep import sweep
from tests.adherence.random_days import random_days
from wfm import metrics

AVAILABLE, HANDLING, BUSY, AWAY, OFFLINE, UNKNOWN = range(6)
WORK, BREAK, LUNCH, TRAINING = range(4)
MINUTE, HOUR = 60, 3600
CODES = CodeRules(
    accepted_mask=np.array(
        [
            group_mask(ON_POSITION),
            group_mask([StateGroup.AWAY]),
            group_mask([StateGroup.AWAY, StateGroup.OFFLINE]),
            group_mask([StateGroup.AWAY]),
        ]
    ),
    tolerance_seconds=np.array([5 * MINUTE, 3 * MINUTE, 0, 0]),
    is_on_position=np.array([True, False, False, False]),
)
KINDS = CodeKinds(
    is_paid=np.array([True, True, False, True]), is_neutral=np.array([False, False, False, True])
)


def figures_of(*, plan=(), states=(), excused=(), silences=()):
    """The figures of one day; rows in minutes: (from, until, code), (at, group), (from, until)."""
    result = sweep(
        SweepData(
            windows=DayWindows(*columns([(0, 0, 48 * HOUR)], 3)),
            states=StatePoints(*columns([(0, at * 60, group) for at, group in states], 3)),
            plan=PlannedActivities(*columns([(0, a * 60, b * 60, c) for a, b, c in plan], 4)),
            codes=CODES,
            excused=Spans(*columns([(0, a * 60, b * 60) for a, b in excused], 3)),
            silences=Spans(*columns([(0, a * 60, b * 60) for a, b in silences], 3)),
        )
    )
    return {name: int(values[0]) for name, values in day_figures(result, KINDS).items()}


def columns(rows, width):
    table = np.array(rows, dtype=np.int64).reshape(-1, width)
    return [table[:, column] for column in range(width)]


def percent(key, figures):
    value = project(key, figures).value
    return None if value is None else round(100 * value, 2)


def engage_day():
    """480 minutes scheduled, 30 of them offline, 20 worked after the end."""
    return figures_of(
        plan=[(0, 480, WORK)],
        states=[(0, AVAILABLE), (100, OFFLINE), (130, HANDLING), (500, OFFLINE)],
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("adherence_rate", 93.75),
        ("adherence_rate.genesys_engage", 90.00),
        ("adherence_rate.amazon_connect", 93.75),
        ("adherence_rate.salesforce", 93.75),
        ("adherence_rate.with_outside_shift", 89.58),
        ("adherence_rate.servicenow", 90.00),
        ("adherence_rate.puzzel_straight", 93.75),
        ("conformance_rate", 97.92),
        ("conformance_rate.salesforce", 97.92),
        ("conformance_rate.servicenow", 97.92),
    ],
)
def test_the_published_example_of_480_30_and_20_minutes(key, value):
    assert percent(key, engage_day()) == value


def test_the_published_example_of_three_hours_in_one_out_two_neutral():
    figures = figures_of(
        plan=[(0, 240, WORK), (240, 360, TRAINING)],
        states=[(0, AVAILABLE), (180, OFFLINE), (240, AWAY)],
    )
    assert percent("adherence_rate.calabrio", figures) == 75.00
    assert percent("adherence_rate", figures) == 83.33


def test_neutral_time_counts_nowhere_whatever_was_done_in_it():
    plan = [(0, 240, WORK), (240, 360, TRAINING)]
    kept = figures_of(plan=plan, states=[(0, AVAILABLE), (180, OFFLINE), (240, AWAY)])
    broken = figures_of(plan=plan, states=[(0, AVAILABLE), (180, OFFLINE)])
    key = "adherence_rate.calabrio"
    assert percent(key, kept) == percent(key, broken) == 75.00
    assert percent("adherence_rate", broken) == 50.00


def test_the_published_example_of_a_break_and_overtime():
    """ServiceNow: 480 minutes planned, a break of 30 clocked out, 65 minutes overtime."""
    figures = figures_of(
        plan=[(0, 240, WORK), (240, 270, BREAK), (270, 480, WORK)],
        states=[(0, AVAILABLE), (240, AWAY), (270, AVAILABLE), (545, OFFLINE)],
    )
    assert percent("adherence_rate.servicenow", figures) == 82.57
    assert percent("conformance_rate.servicenow", figures) == 107.29
    assert percent("adherence_rate.salesforce", figures) == 100.00


def test_a_deviation_within_tolerance_is_told_apart_by_formula():
    """Four minutes late for work that tolerates five."""
    figures = figures_of(plan=[(0, 100, WORK)], states=[(4, AVAILABLE)])
    assert percent("adherence_rate", figures) == 100.00
    assert percent("adherence_rate.puzzel_straight", figures) == 96.00
    assert percent("adherence_rate.puzzel_tolerance", figures) == 100.00
    assert percent("adherence_rate.amazon_connect", figures) == 96.00


def test_beyond_the_tolerance_the_whole_stretch_counts_and_the_excess_has_its_own_key():
    """Ten minutes late for work that tolerates five."""
    figures = figures_of(plan=[(0, 100, WORK)], states=[(10, AVAILABLE)])
    assert percent("adherence_rate", figures) == 90.00
    assert percent("adherence_rate.excess_only", figures) == 95.00


def test_an_approval_counts_where_a_formula_knows_approvals():
    """Ten minutes late, of which six are excused: the rest is within the tolerance by itself."""
    figures = figures_of(plan=[(0, 100, WORK)], states=[(10, AVAILABLE)], excused=[(0, 6)])
    found = {key: percent(f"adherence_rate.{key}", figures) for key in (
        "puzzel_straight", "puzzel_tolerance", "puzzel_approved", "amazon_connect",
    )}  # fmt: skip
    assert found == {
        "puzzel_straight": 90.00,
        "puzzel_tolerance": 90.00,
        "puzzel_approved": 100.00,
        "amazon_connect": 96.00,
    }
    assert percent("adherence_rate", figures) == 100.00


def test_unpaid_time_is_kept_apart():
    """The unpaid lunch is worked through: out of adherence, but not of paid time."""
    figures = figures_of(plan=[(0, 60, WORK), (60, 90, LUNCH)], states=[(0, AVAILABLE)])
    assert (figures["scheduled_seconds"], figures["paid_scheduled_seconds"]) == (5400, 3600)
    assert percent("adherence_rate", figures) == 66.67
    assert percent("adherence_rate.paid", figures) == 100.00


def test_the_gap_of_a_split_shift_is_no_absence_in_any_formula():
    figures = figures_of(
        plan=[(0, 120, WORK), (240, 360, WORK)],
        states=[(0, AVAILABLE), (120, OFFLINE), (240, AVAILABLE), (360, OFFLINE)],
    )
    assert {ratio.value for ratio in project_all(figures).values()} == {1.0}


def test_work_in_the_gap_is_outside_the_shift():
    figures = figures_of(plan=[(0, 120, WORK), (240, 360, WORK)], states=[(0, AVAILABLE)])
    # until the day ends at 48 hours
    assert figures["outside_seconds"] == (48 * 60 - 240) * 60
    assert percent("adherence_rate", figures) == 100.00


def test_a_silent_feed_is_left_out_of_every_formula():
    figures = figures_of(
        plan=[(0, 100, WORK)], states=[(0, AVAILABLE), (100, OFFLINE)], silences=[(20, 60)]
    )
    rates = project_all(figures)
    assert rates["conformance_rate"].denominator == 60 * MINUTE
    assert {ratio.value for ratio in rates.values()} == {1.0}
    assert rates["adherence_rate"].denominator == 60 * MINUTE


def test_an_excused_silence_counts_only_where_approvals_count():
    figures = figures_of(
        plan=[(0, 100, WORK)],
        states=[(0, AVAILABLE), (100, OFFLINE)],
        silences=[(20, 60)],
        excused=[(20, 60)],
    )
    assert project("adherence_rate", figures).denominator == 100 * MINUTE
    assert project("adherence_rate.puzzel_straight", figures).denominator == 60 * MINUTE
    assert percent("adherence_rate.puzzel_straight", figures) == 100.00


def test_without_a_plan_every_formula_is_undefined():
    figures = figures_of(states=[(0, AVAILABLE), (60, OFFLINE)])
    values = {key: ratio.value for key, ratio in project_all(figures).items()}
    assert values.pop("adherence_rate.genesys_engage") == 0.0  # its denominator is the work itself
    assert values.pop("adherence_rate.servicenow") == 0.0
    assert set(values.values()) == {None}


def test_every_formula_is_in_the_registry_with_its_source():
    for key in FORMULAS:
        metric = metrics.get(key)
        assert metric.numerator, key
        assert metric.denominator, key
        assert metric.edge_cases, key
        assert metric.source, key
        assert metric.reference, key


def test_many_rows_at_once_come_out_as_one_by_one():
    result = sweep(random_days(seed=7, agents=24).data)
    figures = day_figures(result, KINDS)
    assert tuple(figures) == FIGURES
    for key in FORMULAS:
        rates = project_rows(key, figures).tolist()
        for row, rate in enumerate(rates):
            alone = project(key, {name: int(values[row]) for name, values in figures.items()})
            assert (None if np.isnan(rate) else rate) == pytest.approx(alone.value), (key, row)


def test_parts_add_up():
    figures = day_figures(sweep(random_days(seed=8, agents=36).data), KINDS)
    within = figures["matched_seconds"] + figures["tolerated_seconds"] + figures["excepted_seconds"]
    assert (within == figures["in_seconds"]).all()
    whole = figures["in_seconds"] + figures["out_seconds"] + figures["unknown_seconds"]
    assert (whole == figures["scheduled_seconds"]).all()
    assert (figures["unapproved_out_seconds"] >= figures["out_seconds"]).all()
    assert (figures["unapproved_out_seconds"] > figures["out_seconds"]).any()
    assert (figures["excess_seconds"] <= figures["out_seconds"]).all()


def test_an_approved_deviation_is_counted_by_its_seconds_before_approval():
    figures = figures_of(plan=[(0, 100, WORK)], states=[(10, AVAILABLE)], excused=[(0, 10)])
    assert (figures["out_seconds"], figures["unapproved_out_seconds"]) == (0, 600)
