import pytest

from adherence.core.groups import ON_POSITION, StateGroup, accepted_groups

AWAY, BUSY, OFFLINE, UNKNOWN = (
    StateGroup.AWAY,
    StateGroup.BUSY,
    StateGroup.OFFLINE,
    StateGroup.UNKNOWN,
)


@pytest.mark.parametrize(
    ("planned", "is_work", "is_paid", "expected"),
    [
        (StateGroup.AVAILABLE, True, True, ON_POSITION),
        (StateGroup.HANDLING, False, True, ON_POSITION),  # a back-office code
        (AWAY, False, True, (AWAY,)),  # paid break, meeting, training
        (AWAY, False, False, (AWAY, OFFLINE)),  # unpaid lunch: may clock out
        (OFFLINE, False, False, (AWAY, OFFLINE)),
        (BUSY, False, True, (BUSY,)),
        (UNKNOWN, False, True, ()),
    ],
)
def test_what_fits_a_planned_activity(planned, is_work, is_paid, expected):
    assert accepted_groups(planned, is_work=is_work, is_paid=is_paid) == expected
