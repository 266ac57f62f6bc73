import numpy as np
import pytest

from adherence.core.shares import in_parts
from adherence.core.time_cells import DayCells, Kind
from adherence.core.waterfall import METRICS, PLANNED_OFF, Share, Step, Waterfall, waterfalls

WORK, BREAK, LUNCH, TROUBLE, VACATION = 1, 2, 3, 4, 5


def packed(rows):
    """(planned, paid, position, actual, kind) as cells of queue 7."""
    table = np.array(rows, np.int64)
    return DayCells(
        queue=np.full(len(rows), 7),
        planned=table[:, 0],
        is_paid=table[:, 1] > 0,
        is_position=table[:, 2] > 0,
        actual=table[:, 3],
        kind=table[:, 4],
    ).packed()


ROWS = (
    (WORK, 1, 1, WORK, Kind.AVAILABLE),
    (WORK, 1, 1, WORK, Kind.HANDLING),
    (WORK, 1, 1, TROUBLE, Kind.BUSY),
    (WORK, 1, 1, 0, Kind.LATE),
    (WORK, 1, 1, 0, Kind.EXCUSED),
    (WORK, 1, 1, 0, Kind.NOT_SEEN),
    (BREAK, 1, 0, BREAK, Kind.AWAY),
    (VACATION, 1, 0, 0, Kind.OFFLINE),
    (LUNCH, 0, 0, LUNCH, Kind.AWAY),
    (LUNCH, 0, 0, 0, Kind.OFFLINE),
    (0, 0, 0, WORK, Kind.AVAILABLE),
)


@pytest.fixture
def fall():
    seconds = np.array([100, 300, 40, 60, 20, 80, 30, 50, 35, 15, 25])
    found = waterfalls(
        group=np.full(11, 3), cell=packed(ROWS), seconds=seconds, off={3: {VACATION: 120}}
    )
    assert list(found) == [3]
    return found[3]


def test_each_step_is_what_the_one_before_it_has_not_lost(fall):
    assert fall.planned_seconds == 100 + 300 + 40 + 60 + 20 + 80 + 30 + 50
    assert fall.paid_seconds == fall.planned_seconds + 120
    assert fall.present_seconds == 100 + 300 + 40 + 30
    assert fall.available_seconds == 400
    assert fall.handling_seconds == 300
    assert fall.unrecorded_seconds == 60
    left = [fall.paid_seconds, fall.present_seconds, fall.available_seconds, fall.handling_seconds]
    for step, before, after in zip(Step, left[:-1], left[1:], strict=True):
        assert sum(loss.seconds for loss in fall.losses() if loss.step is step) == before - after
    assert [(loss.what, loss.code, loss.seconds) for loss in fall.losses()][:3] == [
        (PLANNED_OFF, VACATION, 120),
        ("NOT_SEEN", 0, 80),
        ("LATE", 0, 60),
    ]


def test_rates_leave_out_what_was_not_seen(fall):
    values = {key: fall.rates[key].value for key in METRICS}
    paid = fall.paid_seconds - 80
    assert values == {
        "presence_rate": 470 / paid,
        "availability_rate": 400 / 470,
        "occupancy_rate": 300 / 400,
        "utilization_rate": 400 / paid,
        "shrinkage_rate": (paid - 400) / paid,
        "unrecorded_rate": 60 / (fall.planned_seconds - 80),
    }
    assert values["shrinkage_rate"] + values["utilization_rate"] == pytest.approx(1)


def test_time_by_activity_counts_what_was_declared_planned_or_not(fall):
    assert fall.by_activity() == {WORK: 425, TROUBLE: 40, BREAK: 30, LUNCH: 35, VACATION: 50}
    assert fall.seconds(Kind.AVAILABLE, share=Share.OUTSIDE) == 25
    assert fall.seconds(Kind.AVAILABLE, share=None) == 125


def test_nothing_has_no_rates():
    assert {ratio.value for ratio in Waterfall().rates.values()} == {None}
    none = np.empty(0, np.int64)
    assert waterfalls(group=none, cell=none, seconds=none, off={}) == {}


@pytest.mark.parametrize("weights", [{1: 1}, {1: 1, 2: 1, 3: 1}, {1: 7, 2: 0, 3: 11}])
def test_parts_add_up_to_the_whole(weights):
    for whole in (0, 1, 10, 12_345):
        parts = in_parts(whole, weights)
        assert sum(parts.values()) == whole
        total = sum(weights.values())
        assert all(abs(parts[key] - whole * weight / total) < 1 for key, weight in weights.items())
