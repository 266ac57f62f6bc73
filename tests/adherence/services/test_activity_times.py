"""Rows of time by activity: written with the days, agreeing with them, and only where needed."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection

from adherence.core.time_cells import DayCells, HourCells, Kind
from adherence.models import ActivityTime, AdherenceDay
from adherence.services import ingest_events, recompute_days
from scheduling.models import Shift, ShiftActivity, TimeOff
from tests.adherence.random_days import ZONES
from tests.adherence.random_rows import write_random_days
from tests.factories.adherence import make_event
from tests.factories.org import make_activity_code, make_queue
from wfm.org.models import StateGroup
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


def compute(agents, first, last, at):
    with system_tenant():
        recompute_days(
            agent_ids=[agent.pk for agent in agents], first_date=first, last_date=last, at=at
        )


def cells_of(row):
    """{(queue, planned, actual, kind): seconds}"""
    cells = DayCells.unpacked(np.array(row.cells))
    keys = zip(cells.queue, cells.planned, cells.actual, cells.kind, strict=True)
    return {tuple(map(int, key)): n for key, n in zip(keys, row.seconds, strict=True)}


def test_rows_agree_with_the_figures_of_their_days(redis_client):
    with system_tenant():
        people, events = write_random_days(seed=3, agents=24, days=3)
        queues = [make_queue(timezone=zone) for zone, _first in ZONES]
        for index, queue in enumerate(queues):
            ids = ShiftActivity.objects.filter(activity_code__is_work=True).values_list(
                "pk", flat=True
            )
            ShiftActivity.objects.filter(pk__in=list(ids)[index :: len(queues)]).update(queue=queue)
        for index, (_zone, first) in enumerate(ZONES):  # each zone has its own time of the year
            own = {agent.employee_number: agent.pk for agent in people[index :: len(ZONES)]}
            told = [event for event in events if event.agent_key in own]
            at = max(event.occurred_at for event in told) + timedelta(days=2)
            ingest_events(events=told, source="acd", received_at=at)
            recompute_days(
                agent_ids=list(own.values()),
                first_date=first,
                last_date=first + timedelta(days=3),
                at=at,
            )
        days = {(day.agent_id, day.operational_date): day for day in AdherenceDay.objects.all()}
        rows = list(ActivityTime.objects.all())
    assert len(rows) == len(days) > 50
    for row in rows:
        day = days[row.agent_id, row.operational_date]
        cells, seconds = DayCells.unpacked(np.array(row.cells)), np.array(row.seconds)
        assert seconds[cells.is_paid].sum() == row.paid_seconds == day.paid_scheduled_seconds
        assert seconds[cells.is_kind(Kind.HANDLING)].sum() == day.handling_seconds
        assert seconds[cells.is_kind(Kind.AVAILABLE)].sum() == day.available_seconds
        assert seconds[cells.is_planned].sum() == day.scheduled_seconds
        assert row.is_final == day.is_final
        on_queues = cells.is_paid & (cells.queue > 0)
        hours = HourCells.unpacked(np.array(row.hour_cells, np.int64))
        by_hour = np.array(row.hour_seconds, np.int64)
        assert by_hour.sum() == seconds[on_queues].sum()
        for queue in np.unique(hours.queue):
            assert (
                by_hour[hours.queue == queue].sum()
                == seconds[on_queues & (cells.queue == queue)].sum()
            )


def test_what_was_never_recorded_is_told_apart(centre):
    """Late for 20 minutes, 10 minutes of trouble, gone for a quarter of an hour, early home."""
    start, codes, agent = centre.start, centre.codes, centre.agent
    with system_tenant():
        queue = make_queue()
        ShiftActivity.objects.filter(shift__agent=agent, activity_code__is_work=True).update(
            queue=queue
        )
        for minute, code in ((20, "work"), (60, "trouble"), (70, "work"), (200, None), (215, "claims"), (450, None)):  # fmt: skip
            make_event(agent, start + timedelta(minutes=minute), code and codes[code])
    compute([agent, centre.stranger], start.date(), start.date(), start + timedelta(days=1))
    with system_tenant():
        told, absent = (
            cells_of(ActivityTime.objects.get(agent=person)) for person in (agent, centre.stranger)
        )
    work, rest, trouble = codes["work"].pk, codes["break"].pk, codes["trouble"].pk
    assert told == {
        (queue.pk, work, 0, Kind.LATE): 20 * 60,
        (queue.pk, work, work, Kind.AVAILABLE): (120 - 20 - 10 + 65) * 60,
        (queue.pk, work, trouble, Kind.BUSY): 10 * 60,
        (queue.pk, rest, work, Kind.AVAILABLE): 15 * 60,
        (queue.pk, work, 0, Kind.LOGGED_OFF): 15 * 60,
        (queue.pk, work, codes["claims"].pk, Kind.HANDLING): (450 - 215) * 60,
        (queue.pk, work, 0, Kind.LEFT_EARLY): 30 * 60,
    }
    assert absent == {
        (0, work, 0, Kind.ABSENT): (8 * 60 - 15) * 60,
        (0, rest, 0, Kind.ABSENT): 15 * 60,
    }


def test_time_off_at_short_notice_is_no_unrecorded_time(centre):
    start = centre.start
    with system_tenant():
        sick = make_activity_code(key="sick", state_group=StateGroup.OFFLINE)
        TimeOff.objects.create(
            agent=centre.agent, activity_code=sick, status="APPROVED", paid_minutes=240,
            starts_at=start + timedelta(hours=4), ends_at=start + timedelta(hours=20),
        )  # fmt: skip
        make_event(centre.agent, start, centre.codes["work"])
        make_event(centre.agent, start + timedelta(hours=4))
    compute([centre.agent], start.date(), start.date(), start + timedelta(days=1))
    with system_tenant():
        row = ActivityTime.objects.get(agent=centre.agent)
    work = centre.codes["work"].pk
    assert cells_of(row)[0, work, sick.pk, Kind.TIME_OFF] == 4 * 3600
    assert row.off_seconds == 4 * 3600
    assert row.hour_cells == []  # no queue: nothing to hand down


def versions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agent_id, xmin::text, ctid::text FROM adherence_activitytime ORDER BY 1"
        )
        return cursor.fetchall()


def test_rows_change_only_where_something_has_and_go_with_their_content(centre):
    start = centre.start
    people, day, at = [centre.agent, centre.stranger], start.date(), start + timedelta(days=1)
    with system_tenant():
        make_event(centre.agent, start, centre.codes["work"])
        make_event(centre.agent, start + timedelta(hours=8))
    compute(people, day, day, at)
    with system_tenant():
        before = versions()
        assert [row[0] for row in before] == [centre.agent.pk, centre.stranger.pk]
        compute(people, day, day, at)
        assert versions() == before
        make_event(centre.agent, start + timedelta(hours=1), centre.codes["trouble"])
        compute(people, day, day, at)
        assert [new == old for new, old in zip(versions(), before, strict=True)] == [False, True]
        Shift.objects.filter(agent=centre.stranger).update(is_published=False)
        compute(people, day, day, at)
        assert [row[0] for row in versions()] == [centre.agent.pk]
