"""The floor contact by contact: one process gives states, waits and items done."""

import numpy as np
import pytest

from wfm.demo.floor import Line, Position, StateChange, Task, run_floor
from wfm.demo.queueing import Contacts, Duty, simulate


def line(arrived, handle, patience=None, *, key="calls", after_share=0.2, concurrency=1) -> Line:
    patience = patience or [999.0] * len(arrived)
    contacts = Contacts(*(np.array(values, dtype=float) for values in (arrived, handle, patience)))
    return Line(key, contacts, after_share, concurrency)


def at_work(number, starts, ends, queues=("calls",)) -> Position:
    return Position(number, starts, ends, "work", queues)


def states(run, number="A") -> list[tuple[int, str | None]]:
    return [(one.second, one.code) for one in run.changes if one.agent_number == number]


def test_a_contact_is_handled_then_wrapped_up_then_the_agent_is_available_again():
    run = run_floor([at_work("A", 0, 500)], [line([100], [50])], [])
    assert states(run) == [
        (0, "work"), (100, "handling"), (140, "after-work"), (150, "work"), (500, None),
    ]  # fmt: skip
    assert run.outcomes["calls"].wait_seconds.tolist() == [0]


def test_who_is_on_a_contact_when_the_break_begins_goes_after_it_and_takes_no_other():
    positions = [at_work("A", 0, 100), Position("A", 100, 200, "break")]
    run = run_floor(positions, [line([90, 91], [50, 50], [999, 60])], [])
    assert states(run) == [
        (0, "work"), (90, "handling"), (130, "after-work"), (140, "break"), (200, None),
    ]  # fmt: skip
    assert run.outcomes["calls"].answered.tolist() == [True, False]


def test_customers_wait_for_whoever_comes_and_give_up_when_nobody_does():
    run = run_floor([at_work("A", 50, 500)], [line([0, 1, 2], [10, 10, 10], [20, 99, 99])], [])
    assert run.outcomes["calls"].answered.tolist() == [False, True, True]
    assert run.outcomes["calls"].wait_seconds.tolist() == [20, 49, 58]


def test_the_agent_who_has_been_free_longest_takes_the_next_contact():
    run = run_floor(
        [at_work("A", 0, 900), at_work("B", 10, 900)], [line([20, 30, 200], [40, 90, 10])], []
    )
    assert (200, "handling") in states(run, "A")
    assert (30, "handling") in states(run, "B")


def test_two_chats_at_once_are_one_stretch_of_handling():
    chats = line([10, 20], [100, 100], key="chat", after_share=0.1, concurrency=2)
    run = run_floor([at_work("A", 0, 500, ("chat",))], [chats], [])
    assert run.outcomes["chat"].wait_seconds.tolist() == [0, 0]
    assert states(run) == [
        (0, "work"), (10, "handling"), (110, "after-work"), (120, "work"), (500, None),
    ]  # fmt: skip


def test_items_are_done_in_order_of_their_due_time_by_who_is_on_that_queue():
    tasks = [Task("mail", "late", 0, 900, 30), Task("mail", "soon", 0, 100, 30)]
    run = run_floor([at_work("A", 10, 500, ("mail",)), at_work("B", 0, 500)], [line([], [])], tasks)
    assert run.done == {("mail", "soon"): 40, ("mail", "late"): 70}
    assert states(run, "B") == [(0, "work"), (500, None)]


def test_a_waiting_caller_goes_before_an_item():
    both = at_work("A", 10, 500, ("mail", "calls"))
    run = run_floor([both], [line([5], [20])], [Task("mail", "one", 0, 1, 30)])
    assert run.outcomes["calls"].wait_seconds.tolist() == [5]
    assert run.done["mail", "one"] == 60


def test_with_one_queue_and_full_agents_it_agrees_with_the_queue_of_the_history():
    rng = np.random.default_rng(4)
    arrived = np.sort(rng.uniform(0, 20_000, 1200))
    calls = line(arrived, rng.exponential(120, 1200), rng.exponential(200, 1200).tolist())
    here = run_floor([at_work(f"A{n}", -1, 1e6) for n in range(7)], [calls], []).outcomes["calls"]
    there = simulate(calls.contacts, Duty(np.array([-1.0]), np.array([7])))
    assert np.array_equal(here.answered, there.answered)
    assert np.allclose(here.wait_seconds, there.wait_seconds)


def test_one_agent_fewer_is_felt_by_those_who_wait():
    rng = np.random.default_rng(5)
    arrived = np.sort(rng.uniform(0, 20_000, 1200))
    calls = line(arrived, rng.exponential(120, 1200), [300.0] * 1200)
    full, short = (
        run_floor([at_work(f"A{n}", -1, 1e6) for n in range(many)], [calls], []).outcomes["calls"]
        for many in (8, 6)
    )
    assert short.wait_seconds.mean() > 1.5 * full.wait_seconds.mean()
    assert short.answered.sum() < full.answered.sum()


def test_what_is_planned_for_later_changes_nothing_before_it():
    rng = np.random.default_rng(6)
    arrived = np.sort(rng.uniform(0, 7200, 400))
    calls = line(arrived, rng.exponential(100, 400), rng.exponential(150, 400).tolist())
    plan = [at_work(f"A{n}", 0, 7200) for n in range(5)]
    changed = [*plan[:4], at_work("A4", 0, 3600), at_work("B", 3600, 7200)]
    first, second = run_floor(plan, [calls], []), run_floor(changed, [calls], [])

    def morning(run) -> list[StateChange]:
        return [one for one in run.changes if one.second < 3600]

    assert morning(first) == morning(second)
    assert first.changes != second.changes


def test_positions_with_a_gap_between_them_clock_out_in_between():
    run = run_floor([at_work("A", 0, 100), at_work("A", 300, 400)], [], [])
    assert states(run) == [(0, "work"), (100, None), (300, "work"), (400, None)]


def test_nobody_and_nothing_is_an_empty_day():
    run = run_floor([], [], [])
    assert (run.changes, dict(run.outcomes), dict(run.done)) == ((), {}, {})


@pytest.mark.parametrize("shuffle", [1, 2])
def test_the_order_in_which_people_are_given_does_not_matter(shuffle):
    calls = line([10, 11, 12], [30, 30, 30])
    plan = [at_work(name, 0, 500) for name in "ABC"]
    given = np.random.default_rng(shuffle).permutation(3)
    assert (
        run_floor([plan[place] for place in given], [calls], []).changes
        == run_floor(plan, [calls], []).changes
    )
