"""Pools on their pages and over REST: the same services, the same answers."""

import pytest
from django.urls import reverse

from staffing.core.params import RequirementParams
from staffing.models import Pool, PoolQueue, RequirementPoolResult
from staffing.services import create_requirement_run
from tests.factories.org import make_client, make_deferred_queue, make_queue, make_user
from tests.factories.staffing import make_pool
from tests.staffing.rows import make_forecast
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client):
    with system_tenant():
        client.force_login(make_user("planner"))
    return client


@pytest.fixture
def queues():
    with system_tenant():
        return make_queue(name="Voice"), make_deferred_queue(name="Mail")


def order_of(pool):
    return list(
        PoolQueue.objects.filter(pool=pool)
        .order_by("priority")
        .values_list("queue__name", flat=True)
    )


def sent(voice, mail, **changes):
    return {
        "name": "Desk",
        "max_occupancy_rate": "85",
        "live_give_rate": "0.5",
        f"priority_{voice.pk}": "1",
        f"priority_{mail.pk}": "2",
    } | changes


def test_a_pool_is_made_and_put_in_another_order_on_its_page(planner, queues):
    voice, mail = queues
    made = planner.post(reverse("staffing-pool-new"), sent(voice, mail))
    assert made.status_code == 302
    with system_tenant():
        pool = Pool.objects.get()
        assert (pool.max_occupancy_rate, pool.live_give_rate) == (0.85, 0.005)
        assert order_of(pool) == ["Voice", "Mail"]

    page = planner.get(reverse("staffing-pool", args=[pool.pk])).content.decode()
    assert 'value="85"' in page
    assert 'value="0.5"' in page
    changes = {f"priority_{voice.pk}": "2", f"priority_{mail.pk}": "1"}
    planner.post(reverse("staffing-pool", args=[pool.pk]), sent(voice, mail, **changes))
    with system_tenant():
        assert order_of(pool) == ["Mail", "Voice"]
    assert "1. Mail, 2. Voice" in planner.get(reverse("staffing-pools")).content.decode()


def test_more_than_half_a_point_of_live_service_is_given_neither_by_page_nor_by_rest(
    planner, queues
):
    voice, mail = queues
    page = planner.post(reverse("staffing-pool-new"), sent(voice, mail, live_give_rate="0.6"))
    assert page.status_code == 422
    asked = {"name": "Desk", "queues": [voice.pk, mail.pk], "live_give_rate": 0.006}
    made = planner.post("/api/v1/staffing/pools/", asked, content_type="application/json")
    assert made.status_code == 400
    assert "live_give_rate" in str(made.json())
    with system_tenant():
        assert not Pool.objects.exists()


def test_deferred_queues_are_worked_on_in_their_order_where_the_form_says_so(planner, queues):
    voice, mail = queues
    planner.post(reverse("staffing-pool-new"), sent(voice, mail, deferred_in_order="on"))
    with system_tenant():
        pool = Pool.objects.get()
    assert pool.deferred_in_order
    answer = planner.get(f"/api/v1/staffing/pools/{pool.pk}/").json()
    assert answer["deferred_in_order"] is True


def test_what_is_refused_is_said_beside_the_form(planner, queues):
    voice, mail = queues
    with system_tenant():
        make_pool(voice, make_queue(), name="Other")
    page = planner.post(reverse("staffing-pool-new"), sent(voice, mail))
    assert page.status_code == 422
    assert "Voice is in the pool “Other” already" in page.content.decode()
    same = planner.post(
        reverse("staffing-pool-new"), sent(voice, mail, **{f"priority_{mail.pk}": "1"})
    )
    assert "a number of its own" in same.content.decode()


def test_a_pool_is_taken_apart(planner, queues):
    with system_tenant():
        pool = make_pool(*queues)
    planner.post(reverse("staffing-pool-remove", args=[pool.pk]))
    with system_tenant():
        assert not Pool.objects.exists()


def test_rest_makes_changes_and_takes_apart(planner, queues):
    voice, mail = queues
    asked = {"name": "Desk", "queues": [voice.pk, mail.pk], "is_interruptible": True}
    made = planner.post("/api/v1/staffing/pools/", asked, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["queues"] == [voice.pk, mail.pk]

    url = f"/api/v1/staffing/pools/{made.json()['id']}/"
    changed = planner.put(
        url, asked | {"queues": [mail.pk, voice.pk]}, content_type="application/json"
    )
    assert changed.json()["queues"] == [mail.pk, voice.pk]
    alone = planner.put(url, asked | {"queues": [mail.pk]}, content_type="application/json")
    assert alone.status_code == 409
    assert planner.delete(url).status_code == 204
    assert planner.get(url).status_code == 404


@pytest.fixture
def result(queues):
    voice, mail = queues
    with system_tenant():
        forecast = make_forecast([voice, mail])
        run = create_requirement_run(
            forecast_run=forecast, params=RequirementParams(), created_by=None
        )
        size = 2
        return RequirementPoolResult.objects.create(
            run=run,
            pool=make_pool(voice, mail, name="Desk"),
            name="Desk",
            queue_ids=[voice.pk, mail.pk],
            outcome="blended",
            required_hours=471.0,
            separate_hours=512.0,
            figures={
                "step_minutes": 15,
                "new_hours": 20.0,
                "idle_used_hours": 31.0,
                "occupancy_rate": 0.84,
                "queues": [
                    {"id": pk, "separate_hours": 256.0, "separate_level": 0.81}
                    for pk in (voice.pk, mail.pk)
                ],
                "intervals": {
                    "starts_at": [1_772_409_600, 1_772_410_500],
                    **{
                        name: [3.0] * size
                        for name in (
                            "agents",
                            "live_agents",
                            "new_agents",
                            "reserve_agents",
                            "separate_agents",
                            "live_busy",
                            "deferred_busy",
                        )
                    },
                },
            },
        )


def test_the_result_says_together_and_apart_with_a_picture(planner, result):
    page = planner.get(reverse("requirement-pool", args=[result.pk])).content.decode()
    assert "Apart the queues need 512.0 h, together 471.0 h" in page
    assert "pool-chart" in page
    run = planner.get(reverse("requirement-run", args=[result.run_id])).content.decode()
    assert reverse("staffing-pools") in run
    answer = planner.get(f"/api/v1/staffing/pool-results/{result.pk}/").json()
    assert (answer["required_hours"], answer["separate_hours"]) == (471.0, 512.0)


def test_a_planner_of_one_client_sees_no_pool_of_two(client, result):
    with system_tenant():
        mine = make_client()
        client.force_login(make_user("planner", client=mine))
    assert client.get(reverse("requirement-pool", args=[result.pk])).status_code == 404
    assert client.get(f"/api/v1/staffing/pools/{result.pool_id}/").status_code == 404
    assert "Desk" not in client.get(reverse("staffing-pools")).content.decode()
