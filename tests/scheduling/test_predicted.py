"""Predicted service against Erlang figures worked out by the staffing core for one interval."""

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse

from scheduling.core.predicted import on_position, pooled
from scheduling.queries.predicted import predicted_service
from staffing.core.calculator import Question, calculate
from staffing.core.definitions import ServiceLevel
from staffing.core.model_choice import LiveGoal
from staffing.models import RequirementInterval, RequirementQueueResult
from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.tenancy import system_tenant


def test_absence_takes_its_share_of_the_people_scheduled():
    there = on_position(
        np.array([12.0, 5.0, 3.0]),
        required_agents=np.array([9.0, 0.0, 4.0]),
        required_fte=np.array([10.0, 0.0, 4.0]),
    )

    assert there.tolist() == pytest.approx([10.8, 5.0, 3.0])


def test_levels_are_weighed_with_what_is_offered():
    found = pooled(np.array([10.0, 200.0, 5.0]), np.array([1.0, 0.6, np.nan]))

    assert found.value == pytest.approx((10 + 120) / 210)
    assert pooled(np.zeros(1), np.array([0.5])).value is None


@pytest.fixture
def staffed():
    """A queue with ten scheduled people, patience of a minute, one contact in two seconds of load."""
    with system_tenant():
        make.make_codes()
        skill = org.make_skill()
        queue = org.make_queue(skill=skill)
        run = make.make_requirement(queue=queue, people=10.0, days=1)
        RequirementQueueResult.objects.filter(run=run).update(
            model="A",
            detail={"patience": {"seconds": 60.0}},
            goal={
                "versions": [
                    {
                        "starts_on": "2020-01-01",
                        "metric_key": "service_level.answered_over_offered",
                        "level": 0.8,
                        "threshold_seconds": 20.0,
                        "max_asa_seconds": None,
                        "max_abandonment_rate": None,
                        "max_occupancy_rate": None,
                    }
                ]
            },
        )
        RequirementInterval.objects.filter(run=run).update(offered=30, aht_seconds=240)
        version = make.make_version(requirement_run=run, days=1)
        for _ in range(9):
            make.make_shift(
                version=version,
                agent=org.make_agent(skills=[skill]),
                starts_at=make.at(0, 8),
                ends_at=make.at(0, 16),
                queue=queue,
            )
    return version


@pytest.mark.django_db
def test_service_of_an_interval_is_that_of_the_staffing_calculator(staffed):
    with system_tenant():
        (found,) = predicted_service(staffed)

    row = next(r for r in found.intervals if r.starts_at == make.at(0, 10))
    minutes = found.queue.interval_minutes
    goal = LiveGoal(
        definition=ServiceLevel.ANSWERED_OVER_OFFERED,
        level=0.8,
        threshold_seconds=20.0,
        max_asa_seconds=None,
        max_abandonment_rate=None,
        max_occupancy_rate=None,
    )
    answer = calculate(
        Question(
            offered=30, interval_minutes=minutes, aht_seconds=240, patience_seconds=60.0,
            goal=goal, agents=9,
        )
    )  # fmt: skip
    nine = next(step for step in answer.steps if step.agents == 9)
    assert row.staffed_agents == pytest.approx(9.0)
    assert row.level == pytest.approx(nine.service_level)
    assert row.asa_seconds == pytest.approx(nine.asa_seconds)


@pytest.mark.django_db
def test_hours_without_anybody_pull_the_day_below_its_goal(staffed):
    with system_tenant():
        (found,) = predicted_service(staffed)

    (day,) = found.days
    nights = [row for row in found.intervals if row.starts_at == make.at(0, 2)]
    assert nights[0].level == pytest.approx(0.0)
    levels = [(row.offered, row.level) for row in found.intervals]
    expected = sum(n * level for n, level in levels) / sum(n for n, _ in levels)
    assert day.level == pytest.approx(expected)
    assert day.is_met is False
    assert day.staffed_hours == pytest.approx(9 * 8)


@pytest.mark.django_db
def test_the_page_and_the_api_say_the_same(staffed, client):
    with system_tenant():
        planner = org.make_user("planner")
    client.force_login(planner)

    (found,) = client.get(reverse("api-schedule-service", args=[staffed.pk])).json()
    page = client.get(reverse("schedule-service", args=[staffed.pk])).content.decode()

    assert found["days"][0]["goal_level"] == 0.8
    assert f"{found['days'][0]['level'] * 100:.1f}" in page


@pytest.mark.django_db
def test_more_people_never_serve_worse(staffed):
    with system_tenant():
        before = predicted_service(staffed)[0].days[0].level
        for hour in (0, 16):
            make.make_shift(
                version=staffed,
                agent=org.make_agent(),
                starts_at=make.at(0, hour),
                ends_at=make.at(0, hour) + timedelta(hours=8),
                queue=predicted_service(staffed)[0].queue,
            )
        after = predicted_service(staffed)[0].days[0].level
    assert after > before
