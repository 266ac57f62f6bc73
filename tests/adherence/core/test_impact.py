"""The sign of a deviation, the power of one on live queues, and overdue minutes of deferred work."""

from dataclasses import replace

import numpy as np
import pytest

from adherence.core.impact import Impact, QueueImpact, QueueKind, agent_impact, money_of_one
from adherence.core.overdue import (
    DueWork,
    overdue_by_one,
    overdue_item_minutes,
    slack_person_hours,
)
from adherence.core.queue_cost import power_of_one_now
from staffing.core.definitions import ServiceLevel
from staffing.core.model_choice import LiveGoal
from staffing.core.traffic import Traffic
from staffing.core.transient import LivePath
from staffing.core.transient_path import CONTINUES, OPENS_STEADY

QUEUE = QueueImpact(
    queue_id=1,
    kind=QueueKind.LIVE,
    present=9,
    planned=10,
    required=10,
    saved_minutes_per_hour=12.0,
    caused_minutes_per_hour=20.0,
)


@pytest.mark.parametrize(
    ("severity", "group", "expected"),
    [
        (0, "AVAILABLE", None),
        (3, "AWAY", (Impact.NEGATIVE, -12.0)),  # expected on position and not there
        (4, "OFFLINE", (Impact.NEGATIVE, -12.0)),  # never came
        (1, "HANDLING", (Impact.POSITIVE, 20.0)),  # works during the break
        (1, "AWAY", (Impact.NEUTRAL, 0.0)),
        (2, "AVAILABLE", (Impact.NEUTRAL, 0.0)),  # late to a meeting
        (2, "UNKNOWN", (Impact.NEUTRAL, 0.0)),
    ],
)
def test_the_sign_follows_from_what_the_queue_lacks(severity, group, expected):
    found = agent_impact(severity=severity, state_group=group, queue=QUEUE)
    assert (found and (found.sign, found.minutes_per_hour)) == expected


def test_less_than_half_a_minute_is_neutral():
    quiet = replace(QUEUE, saved_minutes_per_hour=0.49)
    assert agent_impact(severity=3, state_group="AWAY", queue=quiet).sign == Impact.NEUTRAL


@pytest.mark.parametrize(
    "queue",
    [None, replace(QUEUE, saved_minutes_per_hour=None, caused_minutes_per_hour=None)],
)
@pytest.mark.parametrize(("severity", "group"), [(3, "AWAY"), (1, "AVAILABLE")])
def test_without_figures_nothing_is_told(queue, severity, group):
    assert agent_impact(severity=severity, state_group=group, queue=queue) is None


def test_an_impact_survives_json_and_fields_of_other_versions():
    assert QueueImpact.of_dict({**QUEUE.as_dict(), "from_the_future": 1}) == QUEUE


@pytest.mark.parametrize(
    ("required", "present", "expected"),
    [
        (10, 8, (30.0, 30.0)),
        (10, 9.5, (15.0, 30.0)),
        (10, 10, (0.0, 30.0)),
        (10, 10.5, (0.0, 15.0)),
        (10, 12, (0.0, 0.0)),
        (None, 8, (None, None)),
    ],
)
def test_money_counts_the_required_part_of_a_person(required, present, expected):
    assert money_of_one(hour_value=30.0, required=required, present=present) == expected


# -- live -----------------------------------------------------------------------------------------


def power(people, *, patience=120.0, offered=60.0):
    count = 12
    contacts = np.full(count, offered)
    path = LivePath(
        traffic=Traffic(contacts * 240 / 900, np.full(count, 240.0), np.full(count, patience)),
        interval_seconds=900.0,
        begins=np.array([OPENS_STEADY] + [CONTINUES] * (count - 1)),
    )
    goal = LiveGoal(ServiceLevel.ANSWERED_OVER_OFFERED, 0.8, 20.0)
    return power_of_one_now(
        path,
        people=np.full(count, float(people)),
        offered=contacts,
        goals=goal.over(count, min_agents=0),
        window=slice(4, 8),
    )


@pytest.mark.parametrize("patience", [120.0, np.nan])
def test_each_further_agent_saves_less(patience):
    saved = [power(people, patience=patience).saved_minutes_per_hour for people in (14, 18, 22, 30)]
    assert saved == sorted(saved, reverse=True)
    assert saved[-1] < 0.1


def test_one_more_than_these_is_the_same_as_these_of_one_more():
    """Where the queue stands in its steady state before, only the window's people differ."""
    few, many = power(18), power(19)
    assert few.more.waiting_minutes_per_hour == pytest.approx(
        many.now.waiting_minutes_per_hour, rel=0.05
    )
    assert few.more.level == pytest.approx(many.now.level, abs=0.01)


def test_nobody_there_costs_much_but_not_without_end():
    found = power(0, patience=np.nan)
    assert np.isfinite(found.now.waiting_minutes_per_hour)
    assert found.now.asa_seconds is None or found.now.asa_seconds > 3600


def test_without_contacts_nobody_waits():
    found = power(5, offered=0.0)
    assert (found.saved_minutes_per_hour, found.caused_minutes_per_hour) == (0.0, 0.0)
    assert found.now.level is None


# -- deferred -------------------------------------------------------------------------------------


def work(*, people, items, due_hours, arrives=None, aht=3600.0, steps=8):
    return DueWork(
        step_seconds=3600.0,
        people=np.full(steps, float(people)),
        items=np.array(items, dtype=float),
        arrives=np.zeros(len(items)) if arrives is None else np.array(arrives, dtype=float),
        due_seconds=np.array(due_hours, dtype=float) * 3600.0,
        aht_seconds=aht,
    )


def test_overdue_minutes_by_hand():
    """Four items of an hour due after two hours, one person: in hour 3 two are left and one is done
    in its course (1.5 on average), in hour 4 the last one (0.5): 90 + 30 minutes."""
    found = work(people=1, items=[4], due_hours=[2])
    assert overdue_item_minutes(found, people=found.people) == pytest.approx(120)
    assert slack_person_hours(found) == pytest.approx(-2)


def test_what_is_due_first_is_done_first():
    found = work(people=1, items=[2, 2], due_hours=[6, 2])
    assert overdue_item_minutes(found, people=found.people) == 0
    assert slack_person_hours(found) == pytest.approx(0)


def test_what_has_not_arrived_cannot_be_worked_on():
    found = work(people=2, items=[2], due_hours=[4], arrives=[3])
    assert overdue_item_minutes(found, people=found.people) == 0
    late = work(people=1, items=[2], due_hours=[4], arrives=[3])
    assert overdue_item_minutes(late, people=late.people) == pytest.approx(30)


def test_overdue_from_the_start_counts_from_now():
    found = work(people=1, items=[1], due_hours=[-5])
    assert overdue_item_minutes(found, people=found.people) == pytest.approx(30)
    assert slack_person_hours(found) == pytest.approx(-1)


def test_an_hour_of_one_person_moves_the_overdue_minutes():
    found = work(people=1, items=[4], due_hours=[2])
    saved, caused = overdue_by_one(found, hour=slice(0, 1))
    # With two people in the first hour one item is left after two hours: 30 minutes late.
    assert saved == pytest.approx(90)
    # With nobody three are left: 150 + 90 + 30.
    assert caused == pytest.approx(150)


def test_slack_means_no_effect():
    found = work(people=3, items=[4], due_hours=[6])
    assert slack_person_hours(found) == pytest.approx(14)
    assert overdue_by_one(found, hour=slice(0, 1)) == (0.0, 0.0)
    assert slack_person_hours(work(people=1, items=[1], due_hours=[99])) is None


def test_nonsense_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="aht_seconds > 0, got 0"):
        work(people=1, items=[1], due_hours=[1], aht=0.0)
    with pytest.raises(ValueError, match="of one length"):
        work(people=1, items=[1], due_hours=[1, 2])
