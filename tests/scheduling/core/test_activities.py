"""Who serves which queue: as many as can be, with few changes."""

import numpy as np

from scheduling.core.activities import Worker, assign_queues, stretches

SLOTS = np.arange(8)
COSTS = {1: 10.0, 2: 10.0}


def row(*values):
    return np.array(values, dtype=float)


def test_a_generalist_leaves_the_queue_that_a_specialist_can_serve():
    """The path goes over two people: the specialist takes queue 1, the generalist moves to 2."""
    workers = [Worker(queues=(1, 2), working=SLOTS), Worker(queues=(1,), working=SLOTS[4:])]
    required = {1: row(*[1] * 8), 2: row(0, 0, 0, 0, 1, 1, 1, 1)}
    generalist, specialist = assign_queues(workers, required, COSTS)
    assert [generalist[s] for s in range(8)] == [1, 1, 1, 1, 2, 2, 2, 2]
    assert set(specialist.values()) == {1}


def test_people_stay_where_they_are_while_they_are_needed():
    workers = [Worker(queues=(1, 2), working=SLOTS), Worker(queues=(1, 2), working=SLOTS)]
    found = assign_queues(workers, {1: row(*[1] * 8), 2: row(*[1] * 8)}, COSTS)
    assert all(len(stretches(answer)) == 1 for answer in found)
    assert found[0][0] != found[1][0]


def test_the_dearer_queue_is_served_first():
    found = assign_queues(
        [Worker(queues=(1, 2), working=SLOTS)],
        {1: row(*[1] * 8), 2: row(*[1] * 8)},
        {1: 5.0, 2: 50.0},
    )
    assert set(found[0].values()) == {2}


def test_who_stays_on_a_cheap_queue_is_taken_to_a_dear_one():
    """At slot 4 the dear queue opens: staying where one is no longer pays."""
    worker = [Worker(queues=(1, 2), working=SLOTS)]
    required = {1: row(*[1] * 8), 2: row(0, 0, 0, 0, 1, 1, 0.05, 0.05)}
    [found] = assign_queues(worker, required, {1: 5.0, 2: 50.0})
    assert [found[s] for s in range(8)] == [1, 1, 1, 1, 2, 2, 1, 1]


def test_a_dear_queue_takes_someone_over_another_person():
    """Only the second person can serve queue 3; the first moves to where that one was."""
    workers = [
        Worker(queues=(1, 2), working=SLOTS),
        Worker(queues=(2, 3), working=SLOTS),
    ]
    required = {1: row(*[1] * 8), 2: row(*[1] * 8), 3: row(0, 0, 0, 0, 1, 1, 1, 1)}
    first, second = assign_queues(workers, required, {1: 5.0, 2: 10.0, 3: 50.0})
    assert [(first[s], second[s]) for s in (0, 7)] == [(1, 2), (2, 3)]


def test_a_whole_need_comes_before_a_part_of_one():
    workers = [Worker(queues=(1, 2), working=np.array([0]))]
    [found] = assign_queues(workers, {1: row(0.2), 2: row(1.0)}, {1: 62.0, 2: 62.0})
    assert found == {0: 2}


def test_the_larger_part_of_a_need_is_served_first():
    workers = [Worker(queues=(1, 2), working=np.array([0])) for _person in range(3)]
    found = assign_queues(workers, {1: row(1.3), 2: row(1.6)}, {1: 62.0, 2: 62.0})
    assert sorted(answer[0] for answer in found) == [1, 2, 2]


def test_nobody_is_left_without_an_activity_and_the_unskilled_get_none():
    found = assign_queues(
        [Worker(queues=(1,), working=SLOTS), Worker(queues=(), working=SLOTS)],
        {1: row(*[0] * 8)},
        COSTS,
    )
    assert found == [dict.fromkeys(range(8), 1), {}]
