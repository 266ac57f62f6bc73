import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adherence.core.data import (
    CodeRules,
    DayWindows,
    PlannedActivities,
    Spans,
    StatePoints,
    SweepData,
    SweepDataError,
)
from adherence.core.groups import ON_POSITION, StateGroup, group_mask
from adherence.core.sweep import sweep
from tests.adherence.oracle import paint_day
from tests.adherence.random_days import random_days

AVAILABLE, HANDLING, BUSY, AWAY, OFFLINE, UNKNOWN = range(6)
WORK, BREAK = 0, 1
CODES = CodeRules(
    accepted_mask=np.array([group_mask(ON_POSITION), group_mask([StateGroup.AWAY])]),
    tolerance_seconds=np.array([60, 30]),
    is_on_position=np.array([True, False]),
)


def columns(rows, width):
    table = np.array(rows, dtype=np.int64).reshape(-1, width)
    return [table[:, column] for column in range(width)]


def day(*, plan=(), states=(), excused=(), silences=(), until=10_000, codes=CODES):
    """One agent, one day [0, until); rows without their agent."""
    own = {
        name: [(0, *row) for row in rows]
        for name, rows in (
            ("plan", plan),
            ("states", states),
            ("excused", excused),
            ("silences", silences),
        )
    }
    return SweepData(
        windows=DayWindows(*columns([(0, 0, until)], 3)),
        states=StatePoints(*columns(own["states"], 3)),
        plan=PlannedActivities(*columns(own["plan"], 4)),
        codes=codes,
        excused=Spans(*columns(own["excused"], 3)),
        silences=Spans(*columns(own["silences"], 3)),
    )


def shares(result):
    """(in, out, unknown) of the first day."""
    return (
        int(result.in_seconds[0]),
        int(result.out_seconds[0]),
        int(result.unknown_seconds[0]),
    )


def test_a_deviation_within_tolerance_counts_as_in():
    result = sweep(day(plan=[(1000, 2000, WORK)], states=[(1060, AVAILABLE)]))
    assert shares(result) == (1000, 0, 0)
    assert result.tolerated[0].tolist() == [60, 0]


def test_a_deviation_beyond_tolerance_counts_whole():
    result = sweep(day(plan=[(1000, 2000, WORK)], states=[(1061, AVAILABLE)]))
    assert shares(result) == (939, 61, 0)
    assert result.excess_seconds.tolist() == [1]


def test_a_deviation_is_held_against_its_own_activity():
    """40 s before the break and 20 s into it are two deviations, each within its tolerance."""
    result = sweep(
        day(plan=[(0, 1000, WORK), (1000, 2000, BREAK)], states=[(0, 0), (960, BUSY), (1020, AWAY)])
    )
    assert shares(result) == (2000, 0, 0)


def test_rows_that_touch_with_one_code_add_no_tolerance():
    late = [(0, AVAILABLE), (960, AWAY), (1040, AVAILABLE)]
    cut = sweep(day(plan=[(0, 1000, WORK), (1000, 2000, WORK)], states=late))
    whole = sweep(day(plan=[(0, 2000, WORK)], states=late))
    assert shares(cut) == shares(whole) == (1920, 80, 0)


def test_the_gap_of_a_split_shift_is_no_absence():
    result = sweep(
        day(
            plan=[(0, 1000, WORK), (5000, 6000, WORK)],
            states=[(0, AVAILABLE), (1000, OFFLINE), (5000, AVAILABLE), (6000, OFFLINE)],
        )
    )
    assert result.scheduled_seconds.tolist() == [2000]
    assert shares(result) == (2000, 0, 0)


def test_an_approved_exception_counts_as_in_and_interrupts_the_deviation():
    result = sweep(day(plan=[(0, 1000, WORK)], states=[(300, AVAILABLE)], excused=[(50, 250)]))
    assert shares(result) == (1000, 0, 0)
    assert result.excused[0].tolist() == [200, 0]
    assert result.deviations.counts.tolist() == [False, False]


def test_an_approved_exception_leaves_the_rest_of_a_long_deviation_out():
    result = sweep(day(plan=[(0, 1000, WORK)], states=[(500, AVAILABLE)], excused=[(0, 400)]))
    assert shares(result) == (900, 100, 0)


def test_a_silent_feed_is_unknown_neither_in_nor_out():
    result = sweep(day(plan=[(0, 1000, WORK)], states=[(0, AVAILABLE)], silences=[(200, 700)]))
    assert shares(result) == (500, 0, 500)


def test_an_exception_is_stronger_than_silence():
    result = sweep(day(plan=[(0, 1000, WORK)], silences=[(0, 1000)], excused=[(0, 1000)]))
    assert shares(result) == (1000, 0, 0)


def test_overlapping_exceptions_count_once():
    result = sweep(day(plan=[(0, 1000, WORK)], excused=[(0, 600), (300, 900), (850, 1000)]))
    assert result.excused[0].tolist() == [1000, 0]


def test_of_several_states_in_one_second_the_last_holds():
    result = sweep(day(plan=[(0, 1000, WORK)], states=[(0, AWAY), (0, BUSY), (0, HANDLING)]))
    assert result.seconds[0, WORK, HANDLING] == 1000


def test_work_without_a_plan_counts_for_conformance_only():
    result = sweep(day(plan=[(0, 100, WORK)], states=[(0, AVAILABLE), (400, OFFLINE)]))
    assert result.worked_on_position_seconds.tolist() == [400]
    assert result.scheduled_on_position_seconds.tolist() == [100]
    assert shares(result) == (100, 0, 0)


def test_a_state_from_before_the_day_is_carried_into_it():
    data = day(plan=[(0, 100, WORK)], states=[(-50_000, AWAY), (-40_000, AVAILABLE)])
    assert shares(sweep(data)) == (100, 0, 0)


def test_agents_do_not_lend_each_other_states():
    data = SweepData(
        windows=DayWindows(*columns([(0, 0, 1000), (1, 0, 1000)], 3)),
        states=StatePoints(*columns([(0, 0, AVAILABLE)], 3)),
        plan=PlannedActivities(*columns([(0, 0, 1000, WORK), (1, 0, 1000, WORK)], 4)),
        codes=CODES,
        excused=Spans.none(),
        silences=Spans.none(),
    )
    assert sweep(data).out_seconds.tolist() == [0, 1000]


def test_nothing_to_sweep_gives_no_rows():
    empty = np.empty(0, np.int64)
    data = SweepData(
        windows=DayWindows(empty, empty, empty),
        states=StatePoints(empty, empty, empty),
        plan=PlannedActivities(empty, empty, empty, empty),
        codes=CODES,
        excused=Spans.none(),
        silences=Spans.none(),
    )
    result = sweep(data)
    assert result.scheduled_seconds.tolist() == []
    assert result.seconds.shape == (0, 3, 6)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"plan": [(10, 5, WORK)]}, "Expected starts_at <= ends_at"),
        ({"plan": [(5, 5, WORK)]}, "of some length"),
        ({"plan": [(0, 10, WORK), (9, 20, WORK)]}, "begins before the row above it ends"),
        ({"plan": [(0, 10, 7)]}, "Expected planned codes in 0..1"),
        ({"states": [(10, AWAY), (5, AWAY)]}, "sorted by agent and time"),
        ({"states": [(10, 9)]}, "Expected state groups"),
        ({"excused": [(10, 5)]}, "Expected starts_at <= ends_at"),
    ],
)
def test_contradicting_arrays_are_refused_with_a_sentence(arrays, sentence):
    with pytest.raises(SweepDataError, match=sentence):
        day(**arrays)


def test_columns_of_different_length_are_refused():
    with pytest.raises(SweepDataError, match="one length"):
        Spans(np.zeros(2, np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64))


@pytest.mark.parametrize(
    ("mask", "tolerance", "on_position", "sentence"),
    [
        ([1], [-1], [True], "tolerance_seconds >= 0"),
        ([group_mask([StateGroup.UNKNOWN])], [0], [True], "group unknown"),
        ([1], [0], [True, False], "is_on_position"),
    ],
)
def test_impossible_code_rules_are_refused(mask, tolerance, on_position, sentence):
    with pytest.raises(SweepDataError, match=sentence):
        CodeRules(np.array(mask), np.array(tolerance), np.array(on_position))


def assert_equals_oracle(data):
    result = sweep(data)
    found = result.deviations
    for row in range(len(data.windows.agent)):
        expected = paint_day(data, row)
        cells = {
            (int(code) if code < data.codes.count else -1, int(group)): int(
                result.seconds[row, code, group]
            )
            for code, group in np.argwhere(result.seconds[row])
        }
        own = found.window == row
        deviations = zip(
            found.starts_at[own].tolist(),
            found.ends_at[own].tolist(),
            found.code[own].tolist(),
            found.counts[own].tolist(),
            strict=True,
        )
        assert cells == expected.seconds
        assert list(deviations) == expected.deviations
        for name in ("matched", "tolerated", "excused", "out", "unknown"):
            assert int(getattr(result, name)[row].sum()) == getattr(expected, name), name


@pytest.mark.parametrize("seed", range(4))
def test_random_days_equal_the_oracle_to_the_second(seed):
    """Twelve zones across their clock changes, split and overnight shifts, silences, excuses."""
    assert_equals_oracle(random_days(seed=seed, agents=120, days=5).data)


spans = st.lists(st.tuples(st.integers(-50, 450), st.integers(0, 200)), max_size=4).map(
    lambda pairs: [(start, start + length) for start, length in pairs]
)
states = st.lists(st.tuples(st.integers(-100, 500), st.integers(0, 5)), max_size=12).map(
    lambda points: sorted(points, key=lambda point: point[0])
)


@st.composite
def plans(draw):
    rows, at = [], draw(st.integers(-60, 60))
    for gap, length, code in draw(
        st.lists(
            st.tuples(st.sampled_from([0, 0, 0, 25]), st.integers(1, 150), st.integers(0, 1)),
            max_size=6,
        )
    ):
        rows.append((at + gap, at + gap + length, code))
        at = rows[-1][1]
    return rows


@given(plan=plans(), states=states, excused=spans, silences=spans, until=st.integers(1, 400))
@settings(max_examples=300, deadline=None)
def test_any_day_equals_the_oracle(plan, states, excused, silences, until):
    assert_equals_oracle(
        day(plan=plan, states=states, excused=excused, silences=silences, until=until)
    )


@given(plan=plans(), states=states, excused=spans, silences=spans)
@settings(max_examples=200, deadline=None)
def test_every_scheduled_second_is_counted_once(plan, states, excused, silences):
    data = day(plan=plan, states=states, excused=excused, silences=silences, until=400)
    result = sweep(data)
    scheduled = sum(max(0, min(end, 400) - max(start, 0)) for start, end, _ in plan)
    assert result.seconds.sum() == 400
    assert sum(shares(result)) == scheduled == result.scheduled_seconds[0]


@given(plan=plans(), states=states, excused=spans, more=spans)
@settings(max_examples=200, deadline=None)
def test_approving_more_never_adds_time_out(plan, states, excused, more):
    before = sweep(day(plan=plan, states=states, excused=excused, until=400))
    after = sweep(day(plan=plan, states=states, excused=[*excused, *more], until=400))
    assert after.out_seconds[0] <= before.out_seconds[0]
