import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.demo.queueing import Contacts, Duty, simulate


def contacts(arrived, handle, patience) -> Contacts:
    return Contacts(*(np.array(values, dtype=float) for values in (arrived, handle, patience)))


def duty(*changes) -> Duty:
    return Duty(np.array([at for at, _ in changes], float), np.array([n for _, n in changes]))


def test_contacts_are_served_in_order_of_arrival():
    line = contacts([0, 1, 2], [10, 10, 10], [99, 99, 99])
    assert simulate(line, duty((0, 1))).wait_seconds.tolist() == [0, 9, 18]


def test_who_runs_out_of_patience_leaves_and_makes_room():
    line = contacts([0, 1, 2], [10, 10, 10], [99, 5, 99])
    outcomes = simulate(line, duty((0, 1)))
    assert outcomes.answered.tolist() == [True, False, True]
    assert outcomes.wait_seconds.tolist() == [0, 5, 8]


def test_an_agent_who_comes_on_duty_takes_the_first_in_line():
    line = contacts([0, 1], [100, 10], [999, 999])
    assert simulate(line, duty((0, 1), (20, 2))).wait_seconds.tolist() == [0, 19]


def test_an_agent_whose_duty_ends_finishes_the_contact_in_hand_and_takes_no_other():
    line = contacts([0, 0.5, 1], [10, 30, 10], [999, 999, 999])
    assert simulate(line, duty((0, 2), (5, 1))).wait_seconds.tolist() == [0, 0, 29.5]


def test_nobody_on_duty_leaves_everyone_unanswered():
    outcomes = simulate(contacts([0], [10], [30]), duty((0, 0)))
    assert outcomes.answered.tolist() == [False]
    assert outcomes.wait_seconds.tolist() == [30]


def test_contacts_out_of_order_are_refused():
    with pytest.raises(ValueError, match="order of arrival"):
        contacts([1, 0], [1, 1], [1, 1])


def test_a_long_run_agrees_with_erlang_c():
    """M/M/10 at 8 erlang: P(wait) 0.4092, mean wait 0.2046 of a handling time (Erlang C)."""
    rng = np.random.default_rng(3)
    arrived = np.cumsum(rng.exponential(1 / 8, 400_000))
    handle = rng.exponential(1.0, 400_000)
    outcomes = simulate(contacts(arrived, handle, np.full(400_000, np.inf)), duty((0, 10)))
    assert (outcomes.wait_seconds > 0).mean() == pytest.approx(0.4092, abs=0.015)
    assert outcomes.wait_seconds.mean() == pytest.approx(0.2046, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(1, 60), st.floats(1, 60)), min_size=1, max_size=40
    ),
    st.integers(1, 5),
)
def test_no_more_contacts_are_served_at_once_than_agents(rows, agents):
    rows = sorted(rows)
    line = contacts(*zip(*rows, strict=True))
    outcomes = simulate(line, duty((0, agents)))
    starts = (line.arrived + outcomes.wait_seconds)[outcomes.answered]
    ends = starts + line.handle_seconds[outcomes.answered]
    for moment in starts:
        assert np.sum((starts <= moment) & (moment < ends - 1e-9)) <= agents
    assert np.all(outcomes.wait_seconds <= line.patience_seconds + 1e-9)


@given(st.integers(0, 50))
def test_one_more_agent_never_answers_fewer_without_impatience(seed):
    rng = np.random.default_rng(seed)
    arrived = np.sort(rng.uniform(0, 100, 60))
    line = contacts(arrived, rng.exponential(5, 60), np.full(60, np.inf))
    few, more = simulate(line, duty((0, 2))), simulate(line, duty((0, 3)))
    assert more.wait_seconds.sum() <= few.wait_seconds.sum() + 1e-9
