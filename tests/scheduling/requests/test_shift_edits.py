"""Published shifts change in place: breaks moved, stretches dropped, shifts made longer."""

import pytest

from scheduling.models import Shift, ShiftActivity, ShiftChange
from scheduling.services.errors import ChangedMeanwhile, UnableToEdit
from scheduling.services.shift_changes import Reason
from scheduling.services.shift_edits import drop_stretch, extend_shift, move_breaks
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
REASON = Reason(kind="BREAKS", at=NOW, why="Queue is long")


@pytest.fixture
def shift(floor):
    """Ada's Monday with a lunch from 12:00 to 12:30."""
    with system_tenant():
        row = floor.shifts["Ada Day", 0]
        ShiftActivity.objects.filter(shift=row).delete()
        for key, first, last in (
            ("work", (8, 0), (12, 0)),
            ("lunch", (12, 0), (12, 30)),
            ("work", (12, 30), (16, 30)),
        ):
            ShiftActivity.objects.create(
                shift=row,
                activity_code=floor.codes[key],
                queue=floor.queue if key == "work" else None,
                starts_at=make.at(0, *first),
                ends_at=make.at(0, *last),
            )
        return row


def parts(shift):
    rows = ShiftActivity.objects.filter(shift=shift).order_by("starts_at")
    return [(r.activity_code.key, f"{r.starts_at:%H:%M}", f"{r.ends_at:%H:%M}") for r in rows]


def move(shift, begins, to, **fields):
    return move_breaks(
        **{
            "shift_id": shift.pk,
            "expected_revision": shift.revision,
            "moves": {begins: to},
            "reason": REASON,
        }
        | fields
    )


def test_a_break_moves_and_the_work_closes_behind_it(floor, shift):
    with system_tenant():
        change = move(shift, make.at(0, 12), make.at(0, 13))
        assert parts(shift) == [
            ("work", "08:00", "13:00"),
            ("lunch", "13:00", "13:30"),
            ("work", "13:30", "16:30"),
        ]
        assert (change.kind, change.why, change.days.count()) == ("BREAKS", "Queue is long", 1)
        shift.refresh_from_db()
        assert (shift.revision, shift.paid_minutes) == (1, 480)


@pytest.mark.parametrize(
    ("begins", "to", "at", "sentence"),
    [
        ((11, 0), (13, 0), NOW, "The shift has no break that begins then."),
        ((12, 0), (16, 15), NOW, "The break would lie outside the shift."),
        ((12, 0), (13, 0), make.at(0, 12, 10), "A break that has begun"),
    ],
)
def test_breaks_that_cannot_move_stay(floor, shift, begins, to, at, sentence):
    with system_tenant(), pytest.raises(UnableToEdit, match=sentence):
        move(shift, make.at(0, *begins), make.at(0, *to), reason=Reason(kind="BREAKS", at=at))


def test_a_break_does_not_move_into_another(floor, shift):
    with system_tenant():
        row = ShiftActivity.objects.filter(shift=shift).latest("starts_at")
        row.starts_at = make.at(0, 12, 45)
        row.save()
        ShiftActivity.objects.create(
            shift=shift,
            activity_code=floor.codes["break"],
            starts_at=make.at(0, 12, 30),
            ends_at=make.at(0, 12, 45),
        )
        with pytest.raises(UnableToEdit, match="another break or activity"):
            move(shift, make.at(0, 12), make.at(0, 12, 15))


def test_whoever_knows_an_old_revision_is_refused(floor, shift):
    with system_tenant():
        move(shift, make.at(0, 12), make.at(0, 13))
        with pytest.raises(ChangedMeanwhile, match="changed meanwhile"):
            move(shift, make.at(0, 13), make.at(0, 14))
        with pytest.raises(ChangedMeanwhile, match="no longer in force"):
            move(shift, make.at(0, 13), make.at(0, 14), shift_id=10**9)


def test_a_shift_is_made_longer_at_both_ends_but_not_beyond_sixteen_hours(floor, shift):
    with system_tenant():
        extend_shift(
            shift_id=shift.pk,
            expected_revision=None,
            starts_at=make.at(0, 7),
            ends_at=make.at(0, 18),
            reason=REASON,
        )
        assert parts(shift) == [
            ("work", "07:00", "12:00"),
            ("lunch", "12:00", "12:30"),
            ("work", "12:30", "18:00"),
        ]
        with pytest.raises(UnableToEdit, match="at most 16 hours"):
            extend_shift(
                shift_id=shift.pk,
                expected_revision=None,
                starts_at=make.at(0, 1),
                ends_at=make.at(0, 18),
                reason=REASON,
            )


def test_two_shifts_at_once_are_refused_at_once_and_nothing_changes(floor, shift):
    with system_tenant():
        floor.shift("Ada Day", 0, hour=18, minutes=60, published=True)
        with pytest.raises(UnableToEdit, match="two shifts at once"):
            extend_shift(
                shift_id=shift.pk,
                expected_revision=None,
                starts_at=make.at(0, 8),
                ends_at=make.at(0, 18, 30),
                reason=REASON,
            )
        assert Shift.objects.get(pk=shift.pk).ends_at == make.at(0, 16, 30)


def test_a_stretch_outside_the_shift_is_refused_and_a_middle_needs_an_activity(floor, shift):
    asked = {"shift_id": shift.pk, "expected_revision": None, "reason": REASON}
    with system_tenant():
        with pytest.raises(UnableToEdit, match="does not lie in that time"):
            drop_stretch(starts_at=make.at(0, 17), ends_at=make.at(0, 18), **asked)
        with pytest.raises(UnableToEdit, match="Only the beginning or the end"):
            drop_stretch(starts_at=make.at(0, 10), ends_at=make.at(0, 11), **asked)
        drop_stretch(
            starts_at=make.at(0, 10),
            ends_at=make.at(0, 11),
            activity_code_id=floor.codes["break"].pk,
            **asked,
        )
        assert ("break", "10:00", "11:00") in parts(shift)
        assert ShiftChange.objects.count() == 1
