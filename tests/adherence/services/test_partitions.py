"""Events lie in partitions by UTC day, made ahead and dropped by functions of the owner."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.timezone import now

from adherence.models import ActivityEvent, EventKey
from adherence.queries import load_agent_days
from adherence.services import keep_partitions
from adherence.services.partitions import read_partitions
from tests.factories.adherence import make_event

pytestmark = pytest.mark.django_db


def noon(day):
    return datetime.combine(day, time(12), UTC)


def call(function, *days):
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(days))
        cursor.execute(f"SELECT {function}({places})", days)
        return cursor.fetchone()[0]


def partition_of(event):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM adherence_activityevent WHERE id = %s",
            [event.pk],
        )
        return cursor.fetchone()[0]


def test_a_day_takes_over_the_events_that_came_before_its_partition(centre):
    day = now().date() + timedelta(days=40)
    event = make_event(centre.agent, noon(day), centre.codes["work"])
    assert partition_of(event) == "adherence_activityevent_default"
    assert read_partitions().has_strays
    assert call("adherence_make_event_partitions", day, day) == 1
    assert partition_of(event) == f"adherence_activityevent_{day:%Y%m%d}"
    assert call("adherence_make_event_partitions", day, day) == 0
    assert ActivityEvent.objects.get() == event


def test_the_coming_days_are_prepared_and_old_ones_dropped(centre, settings):
    settings.EVENT_RETENTION_DAYS = 100
    today = now().date()
    old = today - timedelta(days=200)
    call("adherence_make_event_partitions", old, old)
    make_event(centre.agent, noon(old), centre.codes["work"])
    make_event(centre.agent, noon(old - timedelta(days=1)), centre.codes["work"])  # no partition
    kept = make_event(centre.agent, noon(today - timedelta(days=99)), centre.codes["work"])
    keep_partitions(at=now())
    days = read_partitions().days
    assert {today + timedelta(days=offset) for offset in range(-40, 8)} <= set(days)
    assert old not in days
    assert list(ActivityEvent.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("function", "offsets"),
    [
        ("adherence_make_event_partitions", (-900, 0)),
        ("adherence_make_event_partitions", (0, 90)),
        ("adherence_make_event_partitions", (1, 0)),
        ("adherence_drop_event_partitions", (-64,)),
        ("adherence_drop_event_partitions", (None,)),
    ],
)
def test_the_owners_functions_refuse_other_days(function, offsets):
    today = now().date()
    days = [None if offset is None else today + timedelta(days=offset) for offset in offsets]
    with pytest.raises(DatabaseError, match=r"Expected days from|are kept"), transaction.atomic():
        call(function, *days)


def test_a_partition_cannot_be_reached_past_the_policy(centre):
    keep_partitions(at=now())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE has_table_privilege(child.oid, 'SELECT, INSERT, DELETE')),
                count(*) FILTER (WHERE NOT child.relrowsecurity), count(*)
            FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
            WHERE inhparent = 'adherence_activityevent'::regclass"""
        )
        reachable, open_, everyone = cursor.fetchone()
    assert (reachable, open_) == (0, 0)
    assert everyone > 40


def test_a_sweep_of_today_touches_only_the_partitions_it_needs(centre):
    """Planned with the moments as constants: older partitions are not even looked at."""
    keep_partitions(at=now())
    today = now().date()
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT * FROM adherence_activityevent"
            " WHERE agent_id = 1 AND occurred_at >= %s AND occurred_at < %s",
            [noon(today - timedelta(days=3)), noon(today)],
        )
        plan = json.dumps(cursor.fetchone()[0])
    assert plan.count('"Relation Name"') == 4
    assert load_agent_days(
        agent_ids=[centre.agent.pk], first_date=today, last_date=today, until=now()
    ).agent_ids.tolist() == [centre.agent.pk]


def test_keys_are_forgotten_once_no_repeat_can_be_taken(centre):
    today = now().date()
    for number, age in enumerate((34, 36)):
        EventKey.objects.create(pk=f"{number:032x}", taken_on=today - timedelta(days=age))
    keep_partitions(at=now())
    assert [key.taken_on for key in EventKey.objects.all()] == [today - timedelta(days=34)]
