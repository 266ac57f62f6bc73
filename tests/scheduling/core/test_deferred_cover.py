"""Deferred work: who is free for it, what is done first, what one more person is worth."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scheduling.core import deferred_cover
from scheduling.core.data import DeferredWork
from scheduling.core.deferred_cover import Idle, plan_deferred, worth_of_one_more
from scheduling.core.deferred_loops import due_first
from scheduling.core.joint_steps import asked_for, levelled
from tests.scheduling.core import weeks

SLOTS = 7 * weeks.DAY


def work(amount, first=0, end=8, *, skill="mail", late_cost=5.0):
    return DeferredWork(
        skill=skill, release_slot=first, due_slot=end, agent_slots=amount, late_cost=late_cost
    )


def given_people(deferred, people, *, required=None):
    """Data with these skills' live requirement in the first slots, and the idle of these people."""
    required = {"calls": [0.0], "mail": [0.0]} if required is None else required
    rows = {}
    for skill, values in required.items():
        rows[skill] = np.zeros(SLOTS)
        rows[skill][: len(values)] = values
    agents = [weeks.agent(str(n), skills=skills) for n, skills in enumerate(people)]
    data = weeks.week(agents=agents, required=rows, deferred=tuple(deferred))
    bits = deferred_cover.skill_bits(data)
    counts = {bit: np.zeros(SLOTS) for bit in bits}
    for bit, values in zip(bits, people.values(), strict=True):
        counts[bit][: len(values)] += values
    return data, Idle(data, counts)


def test_work_is_done_by_those_whom_live_work_leaves():
    data, idle = given_people(
        [work(10)],
        {("calls", "mail"): [2, 2, 2]},
        required={"calls": [2.0, 1.0, 0.0], "mail": [0.0]},
    )
    plan = plan_deferred(data, idle)
    assert plan.done["mail"][:4].tolist() == [0, 1, 2, 0]
    assert plan.late == (7.0,)
    assert plan.late_cost(data.deferred) == 35.0


def test_who_lacks_the_skill_does_not_do_the_work():
    data, idle = given_people([work(3)], {("calls",): [3, 3], ("mail",): [1, 0]})
    assert plan_deferred(data, idle).late == (2.0,)


def test_live_work_goes_to_the_specialist_so_that_the_generalist_is_free():
    data, idle = given_people(
        [work(1)],
        {("calls",): [1], ("calls", "mail"): [1]},
        required={"calls": [1.0], "mail": [0.0]},
    )
    assert plan_deferred(data, idle).late == (0.0,)


def test_the_rest_of_a_person_on_a_part_of_a_need_does_work_of_that_skill_only():
    required = {"calls": [0.6], "mail": [0.0]}
    data, idle = given_people([work(1, skill="calls")], {("calls", "mail"): [1]}, required=required)
    assert plan_deferred(data, idle).late == (pytest.approx(0.6),)
    data, idle = given_people([work(1)], {("calls", "mail"): [1]}, required=required)
    assert plan_deferred(data, idle).late == (1.0,)


def test_what_is_due_first_is_done_first():
    data, idle = given_people([work(2, 0, 4), work(2, 0, 2)], {("mail",): [1, 1, 1, 1]})
    plan = plan_deferred(data, idle)
    assert plan.late == (0.0, 0.0)
    assert plan.by_class[1][:4].tolist() == [1, 1, 0, 0]


def test_nothing_is_done_before_its_release_or_after_its_due_time():
    data, idle = given_people([work(9, 2, 4)], {("mail",): [1] * 8})
    assert plan_deferred(data, idle).done["mail"][:6].tolist() == [0, 0, 1, 1, 0, 0]


def test_the_dearer_work_goes_first_where_not_all_is_done():
    data, idle = given_people(
        [work(2, 0, 2, late_cost=1.0), work(2, 0, 4, late_cost=9.0)], {("mail",): [1, 1, 0, 0]}
    )
    assert plan_deferred(data, idle).late == (2.0, 0.0)


def test_two_skills_share_one_person_once():
    data, idle = given_people(
        [work(2, 0, 2), work(2, 0, 2, skill="chat")], {("chat", "mail"): [1, 1]}
    )
    plan = plan_deferred(data, idle)
    assert sum(plan.late) == pytest.approx(2.0)
    assert plan.is_exact


def test_more_work_than_a_programme_takes_is_done_class_by_class(monkeypatch):
    pieces = [
        work(2, 0, 2, late_cost=1.0),
        work(2, 0, 4, late_cost=9.0),
        work(1, 0, 4, skill="chat"),
    ]
    data, idle = given_people(pieces, {("chat", "mail"): [1, 1, 1, 0]})
    exact = plan_deferred(data, idle)
    monkeypatch.setattr(deferred_cover, "MOST_VARIABLES", 0)
    plan = plan_deferred(data, idle)
    assert not plan.is_exact
    assert plan.late == pytest.approx(exact.late)


@st.composite
def pieces_of_work(draw):
    cost = st.sampled_from([5.0]) if draw(st.booleans()) else st.sampled_from([1.0, 5.0])
    found = []
    for _ in range(draw(st.integers(1, 5))):
        first = draw(st.integers(0, 5))
        found.append(
            work(
                draw(st.sampled_from([0.5, 1.0, 2.5])),
                first,
                draw(st.integers(first + 1, 8)),
                late_cost=draw(cost),
            )
        )
    return found


@settings(max_examples=60, deadline=None)
@given(pieces_of_work(), st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_no_other_plan_has_less_late_cost(pieces, people):
    """Against a transport programme written here from the definition."""
    data, idle = given_people(pieces, {("mail",): people})
    plan = plan_deferred(data, idle)
    pairs = [(n, s) for n, w in enumerate(pieces) for s in range(w.release_slot, w.due_slot)]
    rows = [[float(n == k) for n, _ in pairs] for k in range(len(pieces))]
    rows += [[float(s == k) for _, s in pairs] for k in range(8)]
    best = linprog(
        [-pieces[n].late_cost for n, _ in pairs],
        A_ub=rows,
        b_ub=[w.agent_slots for w in pieces] + people,
    )
    least = sum(w.agent_slots * w.late_cost for w in pieces) + best.fun
    assert plan.late_cost(data.deferred) == pytest.approx(least, abs=1e-3)
    assert (plan.done["mail"][:8] <= np.array(people) + 1e-9).all()


def test_the_loop_gives_the_same_uncompiled():
    windows = np.array([[0, 2], [1, 4]])
    capacity, amounts = np.array([1.0, 0.5, 2.0, 0.0]), np.array([2.0, 3.0])
    found = []
    for loop in (due_first, due_first.py_func):
        done = np.zeros((2, 4))
        left = loop(windows[:, 0].copy(), windows[:, 1].copy(), amounts, capacity, done)
        found.append((left.tolist(), done.tolist()))
    assert found[0] == found[1] == ([0.5, 1.0], [[1.0, 0.5, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0]])


def test_one_more_person_is_worth_the_late_cost_wherever_work_can_move():
    """The late piece has no room in its window; the one in its way could move out of it."""
    people = {("mail",): [0, 0, 1, 1, 0, 0]}
    pieces = [work(2, 2, 4), work(2, 2, 6), work(0, 0, 8)]
    data, idle = given_people(pieces, people)
    plan = plan_deferred(data, idle)
    assert sum(plan.late) == 2.0
    worth = worth_of_one_more(data, plan)["mail"]
    for slot in range(8):
        more = {("mail",): [n + (s == slot) for s, n in enumerate([*people["mail",], 0, 0])]}
        saved = sum(plan.late) - sum(plan_deferred(*given_people(pieces, more)).late)
        assert worth[slot] == pytest.approx(5.0 * saved)


def test_without_a_plan_the_work_is_laid_level_into_its_window():
    data, _idle = given_people([work(6, 32, 36)], {("calls", "mail"): [0]},
                               required={"mail": [0.0] * 32 + [3.0, 1.0, 1.0, 1.0]})  # fmt: skip
    assert asked_for(data, None).required_agents["mail"][32:36].tolist() == [3, 3, 3, 3]


def test_work_is_asked_for_where_it_was_done_and_late_work_is_levelled():
    data, idle = given_people([work(3, 32, 34)], {("mail",): [0] * 32 + [2, 0]})
    plan = plan_deferred(data, idle)
    assert asked_for(data, plan).required_agents["mail"][32:34].tolist() == [2, 1]


def test_work_is_asked_for_only_when_somebody_may_be_there():
    """People may work from six: nothing is laid into the night."""
    data, _idle = given_people([work(4, 0, 26)], {("mail",): [0]})
    row = asked_for(data, None).required_agents["mail"]
    assert row[:24].sum() == 0
    assert row[24:26].tolist() == [2, 2]


@given(
    st.lists(st.floats(0, 9), min_size=1, max_size=9),
    st.floats(0.01, 40),
)
def test_levelling_pours_the_amount_onto_the_lowest(load, amount):
    load = np.array(load)
    result = levelled(load, amount)
    assert result.sum() - load.sum() == pytest.approx(amount)
    raised = result > load + 1e-9
    for one, other in pairwise(result[raised]):
        assert one == pytest.approx(other)
    assert (result[~raised] >= result[raised].max(initial=0) - 1e-6).all()
