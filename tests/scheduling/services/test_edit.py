"""A planner's edits of a draft; two planners at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from scheduling.models import Shift, ShiftActivity
from scheduling.queries.board import coverage
from scheduling.queries.marks import marks_by_agent
from scheduling.services import (
    ChangedMeanwhile,
    Edit,
    UnableToEdit,
    add_shift,
    delete_shift,
    edit_shift,
    publish_schedule,
)
from tests.factories import scheduling as make
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def spans(shift):
    rows = ShiftActivity.objects.filter(shift=shift).order_by("starts_at")
    return [(row.activity_code.key, row.starts_at, row.ends_at) for row in rows]


def test_a_move_takes_the_activities_along_and_counts(week):
    shift = week.shifts["Ada Day", 0]
    with system_tenant():
        before = coverage(week.version).staffed[week.queue.pk].copy()
        moved = edit_shift(
            shift_id=shift.pk,
            expected_revision=0,
            edit=Edit(starts_at=make.at(0, 8), ends_at=make.at(0, 16, 30)),
        )
        assert spans(moved) == [("work", make.at(0, 8), make.at(0, 16, 30))]
        assert moved.revision == 1
        after = coverage(week.version).staffed[week.queue.pk]
        assert (after - before)[28:32].tolist() == [-1] * 4
        assert (after - before)[62:66].tolist() == [1] * 4
        week.version.refresh_from_db()
        assert week.version.objective is None


@pytest.mark.parametrize(
    ("edit", "paid"),
    [
        ({"ends_at": make.at(0, 16)}, 540 - 30),
        ({"ends_at": make.at(0, 11, 15)}, 240),
        ({"starts_at": make.at(0, 6)}, 570 - 30),
    ],
)
def test_a_new_length_keeps_breaks_that_fit_and_fills_the_rest_with_work(week, edit, paid):
    shift = week.shifts["Ada Day", 0]
    with system_tenant():
        edit_shift(
            shift_id=shift.pk,
            expected_revision=0,
            edit=Edit(starts_at=make.at(0, 7), ends_at=make.at(0, 15, 30)),
        )
        ShiftActivity.objects.filter(shift=shift).update(ends_at=make.at(0, 11))
        lunch, work = week.codes["lunch"], week.codes["work"]
        for code, queue, first, last in (
            (lunch, None, make.at(0, 11), make.at(0, 11, 30)),
            (work, week.queue, make.at(0, 11, 30), make.at(0, 15, 30)),
        ):
            ShiftActivity.objects.create(
                shift=shift, activity_code=code, queue=queue, starts_at=first, ends_at=last
            )
        found = edit_shift(shift_id=shift.pk, expected_revision=1, edit=Edit(**edit))
        parts = spans(found)
        assert parts[0][1] == found.starts_at
        assert parts[-1][2] == found.ends_at
        assert found.paid_minutes == paid


def test_of_two_planners_the_second_is_told_that_the_shift_has_changed(week):
    shift = week.shifts["Ada Day", 0]
    barrier, outcomes = threading.Barrier(2, timeout=20), []

    def drag(hour):
        try:
            barrier.wait()
            with system_tenant():
                edit_shift(
                    shift_id=shift.pk,
                    expected_revision=0,
                    edit=Edit(starts_at=make.at(0, hour), ends_at=make.at(0, hour + 8)),
                )
            outcomes.append(hour)
        except ChangedMeanwhile:
            outcomes.append("changed")
        finally:
            connection.close()

    threads = [threading.Thread(target=drag, args=(hour,)) for hour in (9, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count("changed") == 1
    (winner,) = [o for o in outcomes if o != "changed"]
    with system_tenant():
        assert Shift.objects.get(pk=shift.pk).starts_at == make.at(0, winner)


def test_a_deleted_shift_and_a_published_version_cannot_be_edited(week):
    shift = week.shifts["Ada Day", 0]
    with system_tenant():
        delete_shift(shift_id=shift.pk, expected_revision=0)
        with pytest.raises(ChangedMeanwhile, match="deleted meanwhile"):
            delete_shift(shift_id=shift.pk, expected_revision=0)
        publish_schedule(version=week.version, published_at=now(), published_by=None)
        other = week.shifts["Ben Early", 0]
        with pytest.raises(UnableToEdit, match="final"):
            edit_shift(shift_id=other.pk, expected_revision=0, edit=Edit(ends_at=make.at(0, 18)))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "words"),
    [
        (make.at(0, 8, 7), make.at(0, 16), "quarter hours"),
        (make.at(0, 8), make.at(0, 8), "longer than nothing"),
        (make.at(0, 0), make.at(0, 17), "at most 16 hours"),
    ],
)
def test_spans_that_are_no_shift_are_refused(week, starts_at, ends_at, words):
    with system_tenant(), pytest.raises(UnableToEdit, match=words):
        add_shift(version=week.version, agent=week.agents[0], starts_at=starts_at, ends_at=ends_at)


def test_an_added_shift_gets_the_contracts_lunch_and_overlaps_come_back_as_marks(week):
    ada = week.agents[0]
    with system_tenant():
        found = add_shift(
            version=week.version,
            agent=ada,
            starts_at=make.at(5, 8),
            ends_at=make.at(5, 16, 30),
        )
        assert [key for key, _, _ in spans(found)] == ["work", "lunch", "work"]
        assert found.paid_minutes == 480
        double = add_shift(
            version=week.version,
            agent=ada,
            starts_at=make.at(5, 12),
            ends_at=make.at(5, 20, 30),
        )
        codes = {
            (m.code, m.shift) for m in marks_by_agent(week.version, agent_ids=[ada.pk])[ada.pk]
        }
        assert ("overlap", double.pk) in codes
        assert ("days", None) in codes


def test_a_shift_given_to_someone_else_changes_the_agent(week):
    shift = week.shifts["Ada Day", 0]
    with system_tenant():
        found = edit_shift(
            shift_id=shift.pk, expected_revision=0, edit=Edit(agent_id=week.agents[5].pk)
        )
        assert found.agent_id == week.agents[5].pk
        with pytest.raises(UnableToEdit, match="no such agent"):
            edit_shift(shift_id=shift.pk, expected_revision=1, edit=Edit(agent_id=0))
        assert found.ends_at - found.starts_at == timedelta(minutes=510)
