"""The board's figures from rows, each case held against numbers that one can count."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from staffing.models import (
    IntradayRequirement,
    RequirementInterval,
    RequirementQueueResult,
    RequirementRun,
)
from tests.board.floors import BEFORE, MONDAY, at, look, make_floors, work
from tests.factories import org
from tests.factories.scheduling import make_codes, make_requirement
from tests.factories.staffing import make_pool
from tests.staffing.rows import add_open_items
from wfm.board.grid import Granularity
from wfm.board.sums import sums_of, total_of
from wfm.org.models import AgentAssignment, Queue
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


def line_of(found, queue):
    return next(line for line in found.lines if line.queue.pk == queue.pk)


def by_column(found, queue):
    return sums_of(line_of(found, queue), found)


def total(found, queue):
    return total_of([line_of(found, queue)], found).at(0)


def team_total(found, team):
    return total_of([next(line for line in found.teams if line.team == team)], found).at(0)


def test_each_person_counts_once_by_queue_day_and_team():
    floors = make_floors()
    for _ in range(3):
        work(floors, floors.north, floors.voice)
    work(floors, floors.south, floors.voice, hours=(8, 12))
    work(floors, floors.south, floors.mail, day=1)
    found = look()
    assert by_column(found, floors.voice).of("scheduled_hours")[:2].tolist() == [34.0, 0.0]
    assert by_column(found, floors.mail).of("scheduled_hours")[:2].tolist() == [0.0, 10.0]
    # Two people asked for over ten hours on seven days.
    assert by_column(found, floors.voice).of("to_schedule_hours").tolist() == [20.0] * 7
    assert by_column(found, floors.voice).of("difference_hours")[:2].tolist() == [14.0, -20.0]
    assert team_total(found, floors.north)["scheduled_hours"] == 30.0
    assert team_total(found, floors.south) == team_total(found, floors.south) | {
        "live_hours": 4.0,
        "deferred_hours": 10.0,
        "scheduled_hours": 14.0,
    }
    hours = sum(total(found, queue)["scheduled_hours"] for queue in (floors.voice, floors.mail))
    teams = sum(team_total(found, team)["scheduled_hours"] for team in (floors.north, floors.south))
    assert hours == teams == 44.0


def test_a_teams_part_is_that_of_its_people_on_the_queue_at_that_moment():
    floors = make_floors(voice_people=6.0)
    work(floors, floors.north, floors.voice)
    work(floors, floors.north, floors.voice, hours=(8, 13))
    work(floors, floors.south, floors.voice, hours=(8, 13))
    found = look(last=MONDAY)
    # 8-13: North 2 of 3 people of 6 asked for; 13-18: North alone.
    assert team_total(found, floors.north)["to_schedule_hours"] == pytest.approx(5 * 4 + 5 * 6)
    assert team_total(found, floors.south)["to_schedule_hours"] == pytest.approx(5 * 2)
    assert team_total(found, floors.north)["difference_hours"] == pytest.approx(15 - 50)
    risks = [team_total(found, team)["at_risk"] for team in (floors.north, floors.south)]
    assert sum(risks) == pytest.approx(total(found, floors.voice)["at_risk"])


def test_the_team_of_the_day_counts():
    floors = make_floors()
    agent = work(floors, floors.north, floors.voice)
    work(floors, floors.north, floors.voice, day=2, agent=agent)
    AgentAssignment.objects.filter(agent=agent).update(ends_on=MONDAY + timedelta(days=2))
    AgentAssignment.objects.create(
        agent=agent,
        team=floors.south,
        employment_contract=org.make_employment_contract(),
        work_mode="OFFICE",
        starts_on=MONDAY + timedelta(days=2),
    )
    found = look()
    assert team_total(found, floors.north)["scheduled_hours"] == 10.0
    assert team_total(found, floors.south)["scheduled_hours"] == 10.0


def test_without_a_published_schedule_demand_stands_alone():
    floors = make_floors(with_week=False)
    found = look()
    voice = total(found, floors.voice)
    assert not found.has_schedule
    assert (voice["offered"], voice["to_schedule_hours"]) == (2800.0, 140.0)
    assert [voice[name] for name in ("scheduled_hours", "difference_hours", "at_risk")] == [
        None
    ] * 3
    assert voice["service_level"] is None
    assert found.looks == ()


def test_people_on_a_queue_that_nothing_asks_for_are_shown():
    floors = make_floors()
    RequirementRun.objects.update(published_at=None)
    work(floors, floors.north, floors.voice)
    found = look()
    voice = total(found, floors.voice)
    assert voice["scheduled_hours"] == 10.0
    assert [voice[name] for name in ("to_schedule_hours", "difference_hours", "in_time")] == [
        None
    ] * 3
    assert [line.queue for line in found.lines] == [floors.voice], "an empty queue is left out"


def test_what_the_update_of_the_day_asks_for_is_what_counts():
    floors = make_floors()
    run = RequirementRun.objects.get(queue_results__queue=floors.voice)
    IntradayRequirement.objects.create(
        queue=floors.voice,
        run=run,
        starts_at=at(hour=10),
        offered=99,
        workload_erlangs=9,
        required_agents=9,
        required_fte=10,
        known_until=at(hour=10),
        forecast_made_at=at(hour=10),
    )
    found = by_column(look(last=MONDAY), floors.voice)
    assert found.of("to_schedule_hours")[0] == pytest.approx(20.0 - 0.5 + 10 / 4)
    assert found.of("offered")[0] == pytest.approx(400 - 10 + 99)


@pytest.mark.parametrize(("day", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)])
def test_a_day_on_which_the_clock_changes_has_all_its_quarter_hours(day, quarters):
    floors = make_floors()
    make_requirement(queue=floors.voice, monday=day - timedelta(days=1), days=3, hours=(0, 24))
    found = look(
        first=day, last=day, zone="Europe/London", granularity=Granularity.INTERVAL, now=BEFORE
    )
    assert len(found.columns) == quarters
    assert by_column(found, floors.voice).of("offered").sum() == pytest.approx(10 * quarters)
    whole = look(first=day, last=day, zone="Europe/London")
    assert total(whole, floors.voice)["to_schedule_hours"] == pytest.approx(2 * quarters / 4)


def test_a_night_shift_counts_on_both_days():
    floors = make_floors()
    work(floors, floors.north, floors.voice, hours=(22, 30))
    assert by_column(look(), floors.voice).of("scheduled_hours")[:3].tolist() == [2.0, 6.0, 0.0]


def test_days_are_those_of_the_zone_asked_for():
    """10 hours from 08:00 UTC begin at 16:00 in Shanghai and end at 02:00 the day after."""
    floors = make_floors()
    work(floors, floors.south, floors.voice)
    hours = by_column(look(zone="Asia/Shanghai"), floors.voice).of("scheduled_hours")
    assert hours[:3].tolist() == [8.0, 2.0, 0.0]


def test_one_person_for_several_queues_is_split_by_load_and_stays_one():
    floors = make_floors(voice_people=3.0, mail_people=1.0)
    Queue.objects.filter(pk=floors.mail.pk).update(skill=floors.voice.skill)
    make_codes()
    work(floors, floors.north, None, skills=[floors.voice.skill], hours=(8, 19))
    found = look(last=MONDAY)
    assert total(found, floors.voice)["scheduled_hours"] == pytest.approx(7.5)
    assert total(found, floors.mail)["scheduled_hours"] == pytest.approx(2.5)
    north = team_total(found, floors.north)
    # From 18 to 19 both queues are closed.
    assert north["unassigned_hours"] == pytest.approx(1.0)
    assert north["scheduled_hours"] == pytest.approx(11.0)


def test_a_live_queue_short_of_people_is_at_risk_and_gives_nothing():
    floors = make_floors()
    for _ in range(2):
        work(floors, floors.north, floors.voice)
    found = look(last=MONDAY)
    voice = total(found, floors.voice)
    # 10 contacts of 240 s in 15 minutes are 2.67 erlang: two people cannot hold 80 / 20.
    assert voice["counted"] == pytest.approx(400.0)
    assert 0.0 < voice["service_level"] < 0.7
    assert voice["late"] == pytest.approx(400.0 - voice["in_time"])
    assert voice["at_risk"] == pytest.approx(0.8 * 400.0 - voice["in_time"], rel=0.02)
    assert voice["transferable_hours"] == 0.0


def test_a_live_queue_with_many_people_has_idle_time_to_give_up_to_the_cap():
    floors = make_floors()
    for _ in range(30):
        work(floors, floors.north, floors.voice)
    voice = total(look(last=MONDAY), floors.voice)
    assert voice["service_level"] > 0.995
    assert voice["at_risk"] == 0.0
    # 300 hours of people, 26.7 hours of calls: 85 % of the first leave 228 hours.
    assert voice["transferable_hours"] == pytest.approx(0.85 * 300 - 400 * 240 / 3600, rel=0.01)
    make_pool(floors.voice, floors.mail, max_occupancy_rate=0.6)
    pooled = total(look(last=MONDAY), floors.voice)
    # What mail makes use of is given already: 400 items of 240 s.
    left = 0.6 * 300 - 2 * 400 * 240 / 3600
    assert pooled["transferable_hours"] == pytest.approx(left, rel=0.02)


def test_who_waits_while_nobody_is_there_is_still_there_when_people_come():
    """Nobody hangs up: two hours of contacts meet the people who come at noon."""
    floors = make_floors()
    RequirementQueueResult.objects.filter(queue=floors.voice).update(model="C")
    Queue.objects.filter(pk=floors.voice.pk).update(patience_seconds=None)
    for _ in range(6):
        work(floors, floors.north, floors.voice, hours=(8, 10))
        work(floors, floors.north, floors.voice, hours=(12, 18))
    sums = by_column(look(last=MONDAY, granularity=Granularity.INTERVAL), floors.voice)
    levels = sums.of("in_time")[[36, 44, 48, 68]] / sums.of("counted")[[36, 44, 48, 68]]
    before, alone, after, evening = levels
    assert before > 0.9
    assert alone == pytest.approx(0.0, abs=1e-6)
    assert after < 0.01, "80 contacts wait before those who call at noon"
    assert 0.8 < evening < before + 0.01, "six people work off what was left"


def test_a_new_goal_version_does_not_empty_the_queue():
    """Around the clock with too few people: midnight changes the goal, not who waits."""
    floors = make_floors()
    around = [org.make_queue(client=floors.client, name=name) for name in ("Same", "Renewed")]
    tuesday = date(2026, 3, 3)
    for queue, ends_on in zip(around, (None, tuesday), strict=True):
        org.make_goal(queue, ends_on=ends_on)
        make_requirement(queue=queue)
        for _ in range(2):
            for day in range(2):
                work(floors, floors.north, queue, day=day, hours=(0, 24))
    org.make_goal(around[1], version=2, starts_on=tuesday)
    found = look(last=tuesday, granularity=Granularity.INTERVAL)
    same, renewed = (by_column(found, queue).of("in_time") for queue in around)
    assert same.size == 192
    assert renewed == pytest.approx(same, abs=1e-9)
    # It opens empty once, at the first midnight, and is short of people ever after.
    assert same[0] > same[95] + 0.5
    assert same[96] == pytest.approx(same[95], abs=0.1)


def test_absence_that_nobody_plans_is_taken_off():
    floors = make_floors()
    for _ in range(4):
        work(floors, floors.north, floors.voice)
    whole = total(look(last=MONDAY), floors.voice)
    RequirementInterval.objects.filter(queue=floors.voice).update(shrinkage_rate=0.25)
    there = total(look(last=MONDAY), floors.voice)
    assert there["scheduled_hours"] == whole["scheduled_hours"] == 40.0
    three = make_floors(prefix="Three ")
    three.week = floors.week
    for _ in range(3):
        work(three, three.north, three.voice)
    same = total(look(last=MONDAY), three.voice)
    assert there["service_level"] == pytest.approx(same["service_level"])
    assert there["service_level"] < whole["service_level"]


def test_what_lies_before_now_is_not_predicted():
    floors = make_floors()
    for day in range(2):
        for _ in range(3):
            work(floors, floors.north, floors.voice, day=day)
    found = by_column(look(now=at(1, 13)), floors.voice)
    assert found.at(0)["service_level"] is None
    assert found.at(0)["scheduled_hours"] == 30.0
    # From 13 to 18 on the second day: 20 quarter hours of 10 contacts.
    assert found.at(1)["counted"] == pytest.approx(200.0)
    over = by_column(look(now=at(20)), floors.voice)
    assert over.at(0)["counted"] == pytest.approx(400.0), "a week that is over is looked back on"


def test_deferred_work_is_worked_off_on_open_days_and_late_where_nobody_is():
    floors = make_floors()
    for day in range(3):
        for _ in range(4):
            work(floors, floors.south, floors.mail, day=day)
    add_open_items(floors.mail, due_at=at(0, 16), count=30, arrived_at=at(-3))
    add_open_items(floors.mail, due_at=at(-2), count=5, arrived_at=at(-4))
    found = look()
    mail, line = by_column(found, floors.mail), line_of(found, floors.mail)
    assert line.backlog.items.items.sum() == 35.0
    # On Monday 30 held items and those that came until 10 (8 hours to do it in, open 8-18).
    assert mail.of("counted")[0] == pytest.approx(30 + 80, rel=0.1)
    assert mail.of("late")[0] == pytest.approx(0.0, abs=2.0)
    assert mail.of("counted")[5] < 2.0, "closed on Saturday; Friday's last items are due by then"
    # From Thursday on nobody is there: all that falls due is late, the goal allows a tenth.
    assert mail.of("late")[4] == pytest.approx(mail.of("counted")[4])
    assert mail.of("at_risk")[4] == pytest.approx(0.9 * mail.of("counted")[4])
    assert mail.of("transferable_hours")[0] == 0.0
    assert np.isfinite(line.backlog.hours_by_slot[found.grid.shown]).all()
    assert line.closing_hours(found.grid) > 40.0


def test_deferred_people_who_are_not_needed_have_hours_to_give():
    floors = make_floors()
    for day in range(5):
        for _ in range(6):
            work(floors, floors.south, floors.mail, day=day)
    mail = total(look(), floors.mail)
    # 400 items of 240 s a day are 26.7 of 60 hours of people.
    assert mail["late"] == pytest.approx(0.0, abs=1.0)
    assert 0.3 * 300 < mail["transferable_hours"] < (1 - 26.7 / 60) * 300


def test_in_a_pool_idle_time_of_live_queues_does_deferred_work():
    floors = make_floors()
    for day in range(5):
        for _ in range(12):
            work(floors, floors.north, floors.voice, day=day)
    apart = total(look(), floors.mail)
    assert apart["late"] == pytest.approx(apart["counted"]), "nobody is on mail"
    make_pool(floors.voice, floors.mail)
    pooled = total(look(), floors.mail)
    # 12 people have some seven hours of people an hour to give; mail takes 2.7.
    assert pooled["late"] < 0.02 * pooled["counted"]
    assert pooled["transferable_hours"] == 0.0, "it has no people of its own to give"
    assert total(look(), floors.voice)["scheduled_hours"] == 600.0
    assert total(look(last=MONDAY), floors.mail)["late"] < 0.02 * apart["counted"]


def test_the_same_day_is_told_alike_alone_and_in_its_week():
    floors = make_floors()
    for day in range(5):
        for _ in range(4):
            work(floors, floors.north, floors.voice, day=day)
        for _ in range(3):
            work(floors, floors.south, floors.mail, day=day)
    week, day = look(), look(last=MONDAY)
    for queue in (floors.voice, floors.mail):
        assert total(day, queue) == pytest.approx(by_column(week, queue).at(0), nan_ok=True)


def test_the_worst_windows_name_who_could_help():
    floors = make_floors()
    for _ in range(2):
        work(floors, floors.north, floors.voice)
    work(floors, floors.north, floors.voice, hours=(8, 13))
    for _ in range(6):
        both = [floors.voice.skill, floors.mail.skill]
        agent = work(floors, floors.south, floors.mail, skills=both)
        for day in range(1, 5):
            work(floors, floors.south, floors.mail, day=day, agent=agent)
    work(floors, floors.north, floors.mail)
    found = look(last=MONDAY)
    worst = found.looks[0]
    assert worst.queue == floors.voice
    assert (worst.starts_at, worst.ends_at) == (at(0, 8), at(0, 18))
    assert worst.at_risk == pytest.approx(total(found, floors.voice)["at_risk"])
    assert [(donor.team, donor.queue) for donor in worst.donors] == [(floors.south, floors.mail)]
    # North's person on mail cannot do voice: six of seven people's share.
    spare = total(found, floors.mail)["transferable_hours"]
    assert worst.donors[0].hours == pytest.approx(spare * 6 / 7)


def test_deferred_work_at_risk_is_helped_by_idle_time_until_it_is_due():
    floors = make_floors()
    for _ in range(9):
        work(floors, floors.north, floors.voice, skills=[floors.voice.skill, floors.mail.skill])
    add_open_items(floors.mail, due_at=at(0, 12), count=100, arrived_at=at(-3))
    found = look(last=MONDAY)
    worst = found.looks[0]
    assert worst.queue == floors.mail
    assert worst.at_risk >= 90.0
    assert worst.donors[0].team == floors.north
    until = line_of(found, floors.voice).of("transferable_hours")
    last = found.grid.slot(worst.ends_at)
    assert worst.donors[0].hours == pytest.approx(np.nansum(until[:last]))


def test_a_queue_of_hours_beside_one_of_quarters():
    floors = make_floors()
    hourly = org.make_queue(client=floors.client, name="Hourly", interval_minutes=60)
    org.make_goal(hourly)
    run = make_requirement(queue=hourly, days=0)
    RequirementRun.objects.filter(pk=run.pk).update(published_at=BEFORE)
    run.forecast_run.ends_at = at(1)
    run.forecast_run.save()
    RequirementInterval.objects.bulk_create(
        RequirementInterval(
            run=run,
            queue=hourly,
            starts_at=at(0, hour),
            offered=40,
            aht_seconds=240,
            workload_erlangs=2.67,
            required_agents=5,
            required_fte=5,
        )
        for hour in range(24)
    )
    for _ in range(5):
        work(floors, floors.north, hourly, hours=(0, 24))
    found = look(last=MONDAY, granularity=Granularity.INTERVAL)
    sums = by_column(found, hourly)
    assert len(found.columns) == 96
    assert sums.of("offered").tolist() == [10.0] * 96
    assert sums.of("to_schedule_hours").tolist() == [1.25] * 96
    assert sums.of("counted").sum() == pytest.approx(24 * 40)


def test_a_goal_that_is_missing_is_said():
    floors = make_floors()
    floors.voice.service_goals.all().delete()
    work(floors, floors.north, floors.voice)
    line = line_of(look(), floors.voice)
    assert "no service goal" in line.notes[0]
    assert not np.isfinite(line.of("at_risk")).any()


def test_who_sees_one_client_sees_its_queues_and_nobody_elses():
    own, other = make_floors(prefix="Own "), make_floors(prefix="Other ", with_week=False)
    other.week = own.week
    work(own, own.north, own.voice)
    work(other, other.south, other.voice)
    found = look(org.make_user("planner", client=own.client))
    assert {line.queue.name for line in found.lines} == {"Own Voice", "Own Mail"}
    assert [line.team.name for line in found.teams] == ["Own North"]


def test_a_lead_sees_the_own_team_by_name_and_the_others_together():
    floors = make_floors()
    work(floors, floors.north, floors.voice)
    work(floors, floors.south, floors.voice)
    found = look(org.make_user("team_lead", team=floors.north))
    assert [line.team and line.team.name for line in found.teams] == ["North", None]
    assert total(found, floors.voice)["scheduled_hours"] == 20.0
    assert all(donor.team == floors.north for item in found.looks for donor in item.donors)


def test_a_clients_own_person_sees_no_people():
    floors = make_floors()
    work(floors, floors.north, floors.voice)
    found = look(org.make_user("client", client=floors.client))
    assert found.teams == ()
    assert not found.has_schedule


@pytest.mark.parametrize("queues", [1, 4])
def test_the_number_of_queries_never_grows(queues, django_assert_max_num_queries):
    week = None
    for number in range(queues):
        floors = make_floors(prefix=f"{number} ", with_week=week is None)
        floors.week = week = week or floors.week
        work(floors, floors.north, floors.voice)
        work(floors, floors.south, floors.mail)
        add_open_items(floors.mail, due_at=at(0, 12), count=3, arrived_at=at(-3))
    with django_assert_max_num_queries(13):
        found = look()
    assert len(found.lines) == 2 * queues


def test_now_may_be_far_before_the_period():
    floors = make_floors()
    work(floors, floors.north, floors.voice)
    found = look(now=datetime(2025, 6, 1, tzinfo=UTC))
    assert found.grid.origin == found.grid.first == 0
    assert total(found, floors.voice)["counted"] == pytest.approx(2800.0)
