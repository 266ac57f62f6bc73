import numpy as np
import pytest

from adherence.core.data import SweepDataError
from adherence.core.groups import StateGroup
from adherence.core.states import CLOCKED_OUT, CodeStates, declared_states

WORK, WRAP_UP, TROUBLE = range(3)
CODES = CodeStates(
    group=np.array([StateGroup.AVAILABLE, StateGroup.BUSY, StateGroup.BUSY]),
    limit_seconds=np.array([0, 60, 60]),
    is_work=np.array([True, True, False]),
)


def states(*events):
    table = np.array(events, dtype=np.int64).reshape(-1, 3)
    found = declared_states(agent=table[:, 0], at=table[:, 1], code=table[:, 2], codes=CODES)
    groups = [StateGroup(group).name for group in found.points.group]
    return list(zip(found.points.agent, found.points.at, groups, found.code_since, strict=True))


def test_the_last_event_of_a_second_decides_it():
    assert states((0, 10, TROUBLE), (0, 10, WORK)) == [(0, 10, "AVAILABLE", 10)]


def test_a_code_declared_again_goes_on():
    assert states((0, 10, WORK), (0, 50, WORK), (1, 60, WORK)) == [
        (0, 10, "AVAILABLE", 10),
        (1, 60, "AVAILABLE", 60),
    ]


def test_after_contact_work_is_handling_until_its_limit_and_busy_beyond():
    assert states((0, 10, WRAP_UP), (0, 40, WRAP_UP), (0, 100, WORK)) == [
        (0, 10, "HANDLING", 10),
        (0, 70, "BUSY", 10),
        (0, 100, "AVAILABLE", 100),
    ]


def test_after_contact_work_that_ends_within_its_limit_is_never_busy():
    assert states((0, 10, WRAP_UP), (0, 70, WORK)) == [
        (0, 10, "HANDLING", 10),
        (0, 70, "AVAILABLE", 70),
    ]


def test_other_busy_codes_are_busy_from_the_start():
    assert states((0, 10, TROUBLE), (0, 20, CLOCKED_OUT)) == [
        (0, 10, "BUSY", 10),
        (0, 20, "OFFLINE", 20),
    ]


def test_no_events_give_no_states():
    assert states() == []


@pytest.mark.parametrize("events", [((0, 20, WORK), (0, 10, WORK)), ((1, 5, WORK), (0, 9, WORK))])
def test_events_out_of_order_are_refused(events):
    with pytest.raises(SweepDataError, match="row 1 is not"):
        states(*events)
