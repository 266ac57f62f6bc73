"""Business minutes become due rules, and can become business minutes again."""

from importlib import import_module

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db
moved = import_module("wfm.org.migrations.0006_move_business_minutes")


@pytest.fixture
def goals():
    """A table like that of the goals between the two changes of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE goals (id int, within_business_minutes int, due_unit text DEFAULT '',"
            " due_amount int) ON COMMIT DROP"
        )
        yield cursor


def rows(cursor):
    cursor.execute(
        "SELECT id, within_business_minutes, due_unit, due_amount FROM goals ORDER BY id"
    )
    return cursor.fetchall()


def test_business_minutes_become_a_due_rule(goals):
    goals.execute(
        "INSERT INTO goals (id, within_business_minutes) VALUES (1, 480), (2, NULL), (3, 0),"
        " (4, 9000000)"
    )
    goals.execute(moved.FORWARD.format("goals"))
    assert rows(goals) == [
        (1, 480, "business_minutes", 480),
        (2, None, "", None),  # a live queue
        (3, 0, "business_minutes", 1),  # the least there is
        (4, 9_000_000, "business_minutes", 525_600),  # a year
    ]


def test_the_way_back_keeps_a_threshold_for_every_deferred_goal(goals):
    goals.execute(
        "INSERT INTO goals (id, due_unit, due_amount) VALUES (1, 'business_minutes', 90),"
        " (2, 'business_days', 2), (3, 'calendar_days', 0), (4, '', NULL)"
    )
    goals.execute(moved.BACKWARD.format("goals"))
    assert [minutes for _id, minutes, _unit, _amount in rows(goals)] == [90, 960, 480, None]


def test_the_audit_is_moved_too():
    assert moved.TABLES == ("org_servicegoal", "org_servicegoalevent")
