"""A version in money, by hand: pay, premium, allowance, worth of cover, margin."""

from datetime import timedelta

import pytest

from scheduling.models import QueueValue, ShiftActivity
from scheduling.services.edit import gap_code
from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.models import EmploymentContract
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planner(client, week):
    client.force_login(week.planner)
    return client


def money_of(client, version):
    answer = client.get(f"/api/v1/scheduling/versions/{version.pk}/money/")
    assert answer.status_code == 200
    return answer.json()


def test_pay_and_worth_of_the_cover_by_queue(planner, week):
    """Six people, five days of 8.5 h at 20; five people are required from 8 to 18 on seven days."""
    with system_tenant():
        QueueValue.objects.create(queue=week.queue, hour_value="40.00")
    found = money_of(planner, week.version)
    assert found["pay"] == pytest.approx(6 * 5 * 8.5 * 20)
    row = found["queues"][0]
    assert row["required_hours"] == pytest.approx(7 * 10 * 5)
    # Starts 07:00, 08:00, 09:00, two each: 4 from 8 to 9, 5 (of 6) until 15:30, 4 until 16:30, 2 after.
    covered = 5 * (4 * 1 + 5 * 6.5 + 4 * 1 + 2 * 1)
    assert row["covered_hours"] == pytest.approx(covered)
    assert row["lost"] == pytest.approx((350 - covered) * 40)
    assert row["margin"] == pytest.approx(covered * 40 - 5100)
    assert found["margin"] == pytest.approx(row["margin"])
    assert row["is_own_value"] is True


def test_a_queue_without_a_value_is_worth_the_planners_ratio(planner, week):
    row = money_of(planner, week.version)["queues"][0]
    assert (row["hour_value"], row["is_own_value"]) == (200.0, False)


def test_overtime_pays_its_premium_above_the_threshold(planner, week):
    """42.5 h a person, threshold 40 h, half as much again: 6 x 2.5 h x 20 x 0.5."""
    with system_tenant():
        EmploymentContract.objects.filter(pk=week.contract.pk).update(
            overtime_after_minutes=2400, overtime_premium_rate=0.5
        )
    found = money_of(planner, week.version)
    assert (found["overtime_hours"], found["overtime_premium"]) == (15.0, 150.0)
    assert found["cost"] == pytest.approx(5100 + 150)


def test_a_split_shift_earns_its_allowance(planner, week):
    with system_tenant():
        contract = make.make_contract(
            template={"piece_minutes": [240, 240], "gap_minutes": [120], "allowance": "12.50",
                      "length_min_minutes": 480, "length_max_minutes": 480}
        )  # fmt: skip
        agent = org.make_agent(team=week.team, employment_contract=contract, skills=[week.skill])
        shift = make.make_shift(
            version=week.version, agent=agent, queue=week.queue, starts_at=make.at(0, 8),
            ends_at=make.at(0, 12), paid_minutes=480,
        )  # fmt: skip
        before = money_of(planner, week.version)
        assert (before["split_shifts"], before["allowances"]) == (0, 0.0)
        ShiftActivity.objects.create(
            shift=shift, activity_code=gap_code(), starts_at=make.at(0, 12), ends_at=make.at(0, 14)
        )
        shift.ends_at = shift.starts_at + timedelta(hours=10)
        shift.save()
    found = money_of(planner, week.version)
    assert (found["split_shifts"], found["allowances"]) == (1, 12.5)


def test_the_page_shows_it_to_those_who_may_see_costs(client, week):
    client.force_login(week.planner)
    assert b"schedule-money" in client.get(f"/schedule/{week.version.pk}/money/").content
    assert f"/schedule/{week.version.pk}/money/" in (
        client.get(f"/schedule/{week.version.pk}/").content.decode()
    )
    client.force_login(week.lead)
    assert client.get(f"/schedule/{week.version.pk}/money/").status_code == 403
    assert "/money/" not in client.get(f"/schedule/{week.version.pk}/").content.decode()
