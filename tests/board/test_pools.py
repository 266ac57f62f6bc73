"""A schedule that is exactly a blended requirement keeps every queue near its goal on the board."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from rest_framework.test import APIClient

from scheduling.models import ScheduleStatus
from staffing.models import RequirementInterval, RequirementPoolResult
from staffing.services import publish_requirement
from staffing.services.skill_groups import GroupTerms, set_skill_groups
from tests.board.floors import BEFORE, MONDAY, look
from tests.board.test_page import row_of
from tests.factories import org
from tests.factories.scheduling import make_shift, make_version
from tests.factories.staffing import make_pool
from tests.staffing.test_pool_job import staffed
from wfm.board.sums import sums_of, total_of
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ((480, 1080),)
DAY = {"from": MONDAY.isoformat(), "to": MONDAY.isoformat()}


@pytest.fixture(autouse=True)
def _sunday_noon():
    with time_machine.travel(BEFORE, tick=False):
        yield


def live(name, **fields):
    queue = org.make_queue(
        name=name, interval_minutes=30, opening=OPEN, patience_seconds=120, **fields
    )
    org.make_goal(queue)
    return queue


def schedule(run, *queues):
    """Publish the requirement and, for each queue, shifts of exactly its required agents."""
    publish_requirement(run=run, published_at=BEFORE, published_by=None)
    week = make_version(status=ScheduleStatus.PUBLISHED, published_at=BEFORE)
    team = org.make_team(name="Desk people", site=org.make_site(timezone="UTC"))
    for queue in queues:
        rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
        agents = list(rows.values_list("starts_at", "required_agents"))
        for head in range(int(max(number for _at, number in agents))):
            for starts_at, ends_at in stretches(agents, head):
                make_shift(
                    version=week,
                    agent=org.make_agent(team=team, skills=[queue.skill]),
                    starts_at=starts_at,
                    ends_at=ends_at,
                    queue=queue,
                    published=True,
                )


def stretches(agents, head):
    """When more than so many people are asked for, from and to."""
    step, start = timedelta(minutes=30), None
    for at, number in [*agents, (agents[-1][0] + step, 0)]:
        if number > head and start is None:
            start = at
        elif number <= head and start is not None:
            yield start, at
            start = None


def line_of(found, queue):
    return next(line for line in found.lines if line.queue.pk == queue.pk)


def total(found, queue):
    return total_of([line_of(found, queue)], found).at(0)


@pytest.fixture
def twins(monkeypatch):
    """Two queues of ten erlangs each, whose rows share the people that both need together."""
    with system_tenant():
        client = org.make_client()
        queues = live("Orders", client=client), live("Returns", client=client)
        make_pool(*queues, name="Desk")
    run = staffed(monkeypatch, *((queue, 60, 300.0) for queue in queues), days=1)
    with system_tenant():
        assert RequirementPoolResult.objects.get(run=run).is_blended
        schedule(run, *queues)
    return queues


def test_live_queues_of_a_pool_keep_their_goals_on_page_and_rest(planner, twins):
    with system_tenant():
        found = look(last=MONDAY)
        for queue in twins:
            there = total(found, queue)
            # Alone with its rows' people one of them would have some 62 %.
            assert 0.79 < there["service_level"] < 0.95
            assert there["at_risk"] < 0.01 * there["counted"]
            assert there["counted"] == pytest.approx(20 * 60)
        levels = [sums_of(line_of(found, queue), found).service_level[0] for queue in twins]
        # The first is served first; the second has just its goal.
        assert levels[0] > levels[1] == pytest.approx(0.82, abs=0.03)
    page = planner.get(reverse("board"), DAY).content.decode()
    api = APIClient()
    with system_tenant():
        api.force_login(org.make_user("planner"))
    rows = {row["name"]: row for row in api.get("/api/v1/board/", DAY).json()["queues"]}
    for queue in twins:
        level = float(row_of(page, queue.name, "queues-head")[7].removesuffix("%"))
        assert 79.0 < level < 95.0
        assert rows[queue.name]["total"]["service_level"] == pytest.approx(level / 100, abs=0.001)


def test_a_pool_with_people_missing_is_at_risk_in_its_last_queue_first(twins, monkeypatch):
    from scheduling.models import Shift  # noqa: PLC0415

    with system_tenant():
        for shift in Shift.objects.order_by("pk")[::6]:
            shift.is_published = False
            shift.save(update_fields=["is_published"])
        orders, returns = (total(look(last=MONDAY), queue) for queue in twins)
    assert returns["service_level"] < 0.7 < orders["service_level"]
    assert returns["at_risk"] > 0.1 * returns["counted"]
    assert orders["transferable_hours"] == returns["transferable_hours"] == 0.0


@pytest.mark.parametrize(
    ("is_interruptible", "volume", "items", "aht"), [(True, 40, 6, 480.0), (False, 120, 20, 90.0)]
)
def test_deferred_work_of_a_pool_is_done_in_the_idle_time_of_its_plan(
    monkeypatch, is_interruptible, volume, items, aht
):
    with system_tenant():
        client = org.make_client()
        voice = live("Voice", client=client)
        mail = org.make_deferred_queue(
            name="Mail", interval_minutes=30, opening=OPEN, client=client
        )
        org.make_goal(mail, level=0.9, due_amount=240)
        make_pool(
            voice, mail, name="Desk", is_interruptible=is_interruptible, max_occupancy_rate=0.9
        )
    run = staffed(monkeypatch, (voice, volume, 300.0), (mail, items, aht), days=3)
    with system_tenant():
        plan = RequirementPoolResult.objects.get(run=run)
        assert plan.is_blended
        assert plan.figures["idle_used_hours"] > 0.0
        schedule(run, voice, mail)
        found = look(last=MONDAY + timedelta(days=2))
        calls, letters = total(found, voice), total(found, mail)
        # 2 x 2 hours of each day's work: some of it is due after the last day.
        assert letters["counted"] > 2 * 20 * items
        assert letters["service_level"] > 0.87
        assert calls["service_level"] > 0.79
        given = calls["transferable_hours"] + letters["transferable_hours"]
        room = 0.9 * (calls["scheduled_hours"] + letters["scheduled_hours"])
        room -= calls["workload_hours"]
        # What mail makes use of is not offered to others a second time.
        assert given < 0.5 * room


def test_groups_of_skills_are_said_not_to_be_predicted(monkeypatch):
    with system_tenant():
        client = org.make_client()
        queues = live("Orders", client=client), live("Returns", client=client)
        desk = make_pool(*queues, name="Desk")
        groups = [
            GroupTerms("Both", [(queues[1], 1), (queues[0], 2)]),
            GroupTerms("Only orders", [(queues[0], 1)]),
        ]
        set_skill_groups(pool=desk, groups=groups)
    run = staffed(monkeypatch, (queues[0], 60, 300.0), (queues[1], 30, 300.0), days=1)
    with system_tenant():
        schedule(run, *queues)
        line = line_of(look(last=MONDAY), queues[0])
    assert "groups with skills" in line.notes[0]
    assert total_of([line], look(last=MONDAY)).at(0)["service_level"] is None


def api_of(role="planner", **scope):
    """The board of a Monday as a person of that role reads it, with nothing but their own rights."""
    api = APIClient()
    with system_tenant():
        api.force_login(org.make_user(role, **scope))
    return lambda: {row["name"]: row for row in api.get("/api/v1/board/", DAY).json()["queues"]}


@pytest.fixture
def of_two_clients(monkeypatch):
    """A pool over two clients, staffed together and scheduled just so."""
    with system_tenant():
        queues = live("Orders"), live("Returns")
        make_pool(*queues, name="Desk")
    run = staffed(monkeypatch, *((queue, 60, 300.0) for queue in queues), days=1)
    with system_tenant():
        assert RequirementPoolResult.objects.get(run=run).is_blended
        schedule(run, *queues)
    return queues


def test_who_sees_one_queue_of_a_pool_is_told_why_nothing_is_predicted(client, of_two_clients):
    orders, _returns = of_two_clients
    rows = api_of(client=orders.client)()
    assert list(rows) == ["Orders"]
    # Alone with its row's people it would be promised what its pool does not give.
    assert rows["Orders"]["total"]["service_level"] is None
    assert rows["Orders"]["total"]["transferable_hours"] is None
    (note,) = rows["Orders"]["notes"]
    assert "queues that you do not see" in note
    with system_tenant():
        client.force_login(org.make_user("planner", client=orders.client))
    assert note in client.get(reverse("board"), DAY).content.decode()


def test_who_sees_every_queue_of_a_pool_reads_its_service(of_two_clients):
    for row in api_of()().values():
        assert row["notes"] == []
        assert 0.79 < row["total"]["service_level"] < 0.95


def test_a_pool_with_a_queue_no_longer_active_is_to_be_computed_anew(twins):
    with system_tenant():
        twins[1].is_active = False
        twins[1].save(update_fields=["is_active"])
    rows = api_of("admin")()
    assert list(rows) == ["Orders"]
    assert rows["Orders"]["total"]["service_level"] is None
    assert rows["Orders"]["notes"] == [
        "A queue of its pool is no longer active; compute anew.",
    ]


def test_items_of_unknown_handling_time_take_the_usual_time_of_their_queue(monkeypatch):
    with system_tenant():
        client = org.make_client()
        voice = live("Voice", client=client)
        mail = org.make_deferred_queue(
            name="Mail", interval_minutes=30, opening=OPEN, client=client, default_aht_seconds=90.0
        )
        org.make_goal(mail, level=0.9, due_amount=240)
        make_pool(voice, mail, name="Desk", is_interruptible=False, max_occupancy_rate=0.9)
    run = staffed(monkeypatch, (voice, 120, 300.0), (mail, 20, 90.0), days=1)
    with system_tenant():
        assert RequirementPoolResult.objects.get(run=run).is_blended
        schedule(run, voice, mail)
        known = total(look(last=MONDAY), voice)
        rows = RequirementInterval.objects.filter(run=run, queue=mail)
        rows.update(aht_seconds=None)
        unknown = total(look(last=MONDAY), voice)
    # In the hands of items for longer, or hardly at all, people have other time for calls.
    for name in ("in_time", "at_risk", "transferable_hours"):
        assert unknown[name] == pytest.approx(known[name], rel=1e-9)
