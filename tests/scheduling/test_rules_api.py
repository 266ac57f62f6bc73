"""Rules over REST: written by planners, refused with the table's sentence, obeyed by the input."""

from datetime import date, timedelta

import pytest

from scheduling.models import Preference, RotationAssignment, ShiftTemplate
from scheduling.queries.solve_input import CostParams, solve_input
from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/scheduling"


@pytest.fixture
def planner(client, week):
    client.force_login(week.planner)
    return client


def post(client, path, body):
    return client.post(f"{BASE}/{path}/", body, content_type="application/json")


def patch(client, path, body):
    return client.patch(f"{BASE}/{path}/", body, content_type="application/json")


def given(version, **costs):
    with system_tenant():
        return solve_input(version=version, costs=CostParams(**costs)).data


def rules_of(data, agent):
    return next(row for row in data.agents if row.key == str(agent.pk))


def test_limits_of_a_contract_reach_the_solver(planner, week):
    body = {
        "consecutive_days_off": 2,
        "max_weekends_in_4_weeks": 2,
        "max_split_shifts_per_week": 1,
        "start_band_minutes": 60,
        "overtime_after_minutes": 2280,
        "overtime_premium_rate": 0.5,
        "weekly_minutes_min": 1920,
    }
    answer = patch(planner, f"contracts/{week.contract.pk}", body)
    assert answer.status_code == 200
    assert answer.json()["max_weekends_in_4_weeks"] == 2

    contract = given(week.version).contracts[str(week.contract.pk)]
    assert contract.consecutive_days_off == 2
    assert contract.max_weekends_in_4_weeks == 2
    assert contract.max_split_shifts_per_week == 1
    assert contract.start_band_minutes == 60
    assert contract.overtime_after_minutes == 2280
    assert contract.overtime_cost_per_minute == pytest.approx(20.0 * 0.5 / 60)


def test_a_contract_without_band_follows_the_planner(week):
    data = given(week.version, start_band_minutes=45)
    assert data.contracts[str(week.contract.pk)].start_band_minutes == 45


def test_a_period_of_account_that_is_incomplete_is_refused_with_the_sentence(planner, week):
    answer = patch(planner, f"contracts/{week.contract.pk}", {"period_weeks": 4})
    assert answer.status_code == 400
    assert "A period of account needs" in answer.json()["errors"][0]["detail"]


def test_a_split_template_becomes_a_pattern_of_two_pieces(planner, week):
    code = week.codes["break"].pk
    body = {
        "employment_contract": week.contract.pk,
        "name": "Two peaks",
        "earliest_start_minute": 480,
        "latest_start_minute": 600,
        "length_min_minutes": 480,
        "length_max_minutes": 480,
        "piece_minutes": [240, 240],
        "gap_minutes": [120, 180],
        "allowance": "12.50",
        "breaks": [
            {"activity_code": code, "minutes": 15, "earliest_minute": 90, "latest_minute": 150,
             "piece": 1}
        ],
    }  # fmt: skip
    made = post(planner, "templates", body)
    assert made.status_code == 201, made.json()
    data = given(week.version)
    split = next(
        p for p in data.contracts[str(week.contract.pk)].patterns if len(p.piece_minutes) == 2
    )
    assert (split.piece_minutes, split.gap_minutes, split.allowance) == (
        (240, 240),
        (120, 180),
        12.5,
    )
    assert [(b.minutes, b.piece) for b in split.breaks] == [(15, 1)]

    ada, ben = week.agents[:2]
    agreed = post(planner, "split-consents", {"agent": ada.pk, "starts_on": "2026-01-01"})
    assert agreed.status_code == 201
    data = given(week.version)
    assert rules_of(data, ada).excluded_patterns == frozenset()
    assert rules_of(data, ben).excluded_patterns == {split.key}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"gap_minutes": []}, "A split shift needs two or more pieces"),
        ({"piece_minutes": [240, 230]}, "multiples of 15"),
        ({"length_max_minutes": 510}, "last 480 minutes together"),
        ({"gap_minutes": [600]}, "would last 1080 minutes"),
    ],
)
def test_a_split_template_that_cannot_be_is_refused(planner, week, change, sentence):
    body = {
        "employment_contract": week.contract.pk, "name": "Two peaks",
        "earliest_start_minute": 480, "latest_start_minute": 600,
        "length_min_minutes": 480, "length_max_minutes": 480,
        "piece_minutes": [240, 240], "gap_minutes": [120],
    }  # fmt: skip
    answer = post(planner, "templates", body | change)
    assert answer.status_code == 400
    assert sentence in str(answer.json())
    with system_tenant():
        assert not ShiftTemplate.objects.filter(name="Two peaks").exists()


def test_a_rotation_opens_and_closes_days(planner, week):
    ada, ben = week.agents[:2]
    rotation = post(planner, "rotations", {"name": "4 on 2 off", "pattern": "WWWWOO"}).json()
    for body in (
        {"agent": ada.pk, "starts_on": "2026-02-28"},  # a Saturday: Monday is its third day
        {"team": week.team.pk, "starts_on": "2026-03-02"},
    ):
        answer = post(planner, "rotation-assignments", body | {"rotation": rotation["id"]})
        assert answer.status_code == 201, answer.json()

    data = given(week.version)
    own, of_team = rules_of(data, ada), rules_of(data, ben)
    assert own.must_work == {0, 1, 4, 5, 6}
    assert [day for day in range(7) if not own.spans[day]] == [2, 3]
    assert of_team.must_work == {0, 1, 2, 3, 6}
    assert [day for day in range(7) if not of_team.spans[day]] == [4, 5]


def test_granted_time_off_goes_before_the_rotation(planner, week):
    ada = week.agents[0]
    rotation = post(planner, "rotations", {"name": "Week", "pattern": "WWWWWOO"}).json()
    post(
        planner,
        "rotation-assignments",
        {"agent": ada.pk, "starts_on": "2026-03-02", "rotation": rotation["id"]},
    )
    with system_tenant():
        make.make_time_off(ada, day=1, days=1)
    assert rules_of(given(week.version), ada).must_work == {0, 2, 3, 4}


def test_two_rotations_at_once_are_refused(planner, week):
    rotation = post(planner, "rotations", {"name": "Week", "pattern": "WWWWWOO"}).json()
    body = {"agent": week.agents[0].pk, "starts_on": "2026-03-02", "rotation": rotation["id"]}
    assert post(planner, "rotation-assignments", body).status_code == 201
    again = post(planner, "rotation-assignments", body | {"starts_on": "2026-03-09"})
    assert again.status_code == 400
    assert "follows another rotation" in str(again.json())
    with system_tenant():
        assert RotationAssignment.objects.count() == 1


def test_letters_that_nobody_knows_are_refused(planner):
    answer = post(planner, "rotations", {"name": "Odd", "pattern": "WWX"})
    assert answer.status_code == 400
    assert "Write W for a day of work" in str(answer.json())


def test_wishes_are_worth_half_for_each_rank(planner, week):
    ada = week.agents[0]
    for body in (
        {"kind": "DAY_OFF", "date": "2026-03-06", "rank": 1},
        {"kind": "START", "weekday": 1, "earliest_start_minute": 420,
         "latest_start_minute": 480, "rank": 2},
    ):  # fmt: skip
        assert post(planner, "wishes", body | {"agent": ada.pk}).status_code == 201
    off, start = sorted(
        rules_of(given(week.version, wish_worth=8.0), ada).wishes, key=lambda w: w.works
    )
    assert (off.day, off.works, off.worth) == (4, False, 8.0)
    assert (start.day, start.worth) == (1, 4.0)
    assert (start.earliest_start_minute, start.latest_start_minute) == (420, 480)
    assert rules_of(given(week.version, wish_worth=0.0), ada).wishes == ()


def test_agents_wish_for_themselves_and_see_no_others(client, week):
    ada, ben = week.agents[:2]
    with system_tenant():
        ben.preferences.create(kind="DAY_OFF", weekday=4)
        client.force_login(org.make_user("agent", agent=ada))
    made = post(client, "my-wishes", {"kind": "DAY_OFF", "weekday": 0, "agent": ben.pk})
    assert (made.status_code, made.json()["agent"]) == (201, ada.pk)
    listed = client.get(f"{BASE}/my-wishes/").json()["results"]
    assert [row["agent"] for row in listed] == [ada.pk]
    assert client.get(f"{BASE}/wishes/").status_code == 403
    with system_tenant():
        theirs = ben.preferences.get()
    assert client.delete(f"{BASE}/my-wishes/{theirs.pk}/").status_code == 404


def test_who_is_not_scheduled_has_no_wishes(planner):
    answer = post(planner, "my-wishes", {"kind": "DAY_OFF", "weekday": 0})
    assert answer.status_code == 409
    assert "not scheduled" in str(answer.json())


def test_a_wish_names_a_date_or_a_weekday(planner, week):
    body = {"agent": week.agents[0].pk, "kind": "DAY_OFF", "rank": 1}
    answer = post(planner, "wishes", body)
    assert answer.status_code == 400
    assert "a date or a weekday" in str(answer.json())
    both = post(planner, "wishes", body | {"date": "2026-03-06", "weekday": 4})
    assert both.status_code == 400
    with system_tenant():
        assert not Preference.objects.exists()


def test_a_wish_for_a_template_means_its_patterns(planner, week):
    with system_tenant():
        template = ShiftTemplate.objects.get(employment_contract=week.contract)
    body = {"agent": week.agents[0].pk, "kind": "TEMPLATE", "weekday": 0, "template": template.pk}
    assert post(planner, "wishes", body).status_code == 201
    data = given(week.version)
    wish = rules_of(data, week.agents[0]).wishes[0]
    assert wish.pattern in {p.key for p in data.contracts[str(week.contract.pk)].patterns}


def test_which_wishes_a_version_keeps(planner, week):
    ada = week.agents[0]  # works Monday to Friday from 07:00
    for body in (
        {"kind": "DAY_OFF", "date": "2026-03-07"},
        {"kind": "DAY_OFF", "date": "2026-03-04"},
        {"kind": "START", "weekday": 0, "earliest_start_minute": 420, "latest_start_minute": 420},
        {"kind": "START", "weekday": 1, "earliest_start_minute": 480, "latest_start_minute": 500},
    ):
        assert post(planner, "wishes", body | {"agent": ada.pk}).status_code == 201
    rows = planner.get(f"{BASE}/versions/{week.version.pk}/wishes/").json()
    assert {(row["date"], row["is_kept"]) for row in rows} == {
        ("2026-03-07", True), ("2026-03-04", False), ("2026-03-02", True), ("2026-03-03", False),
    }  # fmt: skip


def test_a_queue_of_its_own_value_and_minimum(planner, week):
    before = given(week.version)
    skill = str(week.skill.pk)
    assert before.over_cost == pytest.approx(5.0)
    assert before.under_cost[skill] == pytest.approx(50.0)
    assert dict(before.minimum_agents) == {}

    body = {"queue": week.queue.pk, "hour_value": "120.00", "least_people": 2}
    assert post(planner, "queue-values", body).status_code == 201
    data = given(week.version)
    assert data.under_cost[skill] == pytest.approx(120 / 4 - 5)  # who is missing is not paid
    assert data.minimum_agents[skill].max() == 2
    assert data.minimum_cost == pytest.approx(250.0)


def test_the_planner_sets_the_minimum_of_queues_without_one(week):
    data = given(week.version, least_people=3, minimum_cost_ratio=10.0)
    row = data.minimum_agents[str(week.skill.pk)]
    assert (row.max(), data.minimum_cost) == (3, pytest.approx(50.0))


def test_dearer_contracts_pay_the_difference_where_hours_are_a_choice(week):
    with system_tenant():
        dear = make.make_contract(hourly_cost="26.00", weekly_minutes_min=960, days_per_week_min=2)
        fixed = make.make_contract(hourly_cost="26.00")
        for contract in (dear, fixed):
            org.make_agent(team=week.team, employment_contract=contract, skills=[week.skill])
    data = given(week.version)
    assert data.over_cost == pytest.approx(5.0)
    assert data.contracts[str(dear.pk)].paid_cost_per_minute == pytest.approx(0.1)
    assert data.contracts[str(fixed.pk)].paid_cost_per_minute == 0.0


def test_leads_may_look_but_not_change(client, week):
    client.force_login(week.lead)
    assert client.get(f"{BASE}/wishes/").status_code == 200
    assert post(client, "rotations", {"name": "Mine", "pattern": "WO"}).status_code == 403


def test_nobody_gives_rules_to_agents_they_may_not_see(client, week):
    with system_tenant():
        stranger = org.make_agent(team=org.make_team())
        planner = org.make_user("planner", team=week.team)
    client.force_login(planner)
    body = {"kind": "DAY_OFF", "date": "2026-03-07", "agent": stranger.pk}
    answer = post(client, "wishes", body)
    assert answer.status_code == 400
    assert "does not exist" in str(answer.json())


def test_a_rule_is_changed_and_deleted(planner, week):
    made = post(planner, "rotations", {"name": "Week", "pattern": "WWWWWOO"}).json()
    changed = patch(planner, f"rotations/{made['id']}", {"pattern": "WWWWOOO"})
    assert changed.json()["pattern"] == "WWWWOOO"
    assert planner.delete(f"{BASE}/rotations/{made['id']}/").status_code == 204
    assert planner.get(f"{BASE}/rotations/{made['id']}/").status_code == 404


def test_availability_and_time_off_over_rest(planner, week):
    ada = week.agents[0]
    limit = {"agent": ada.pk, "weekday": 2, "is_available": False}
    assert post(planner, "availability", limit).status_code == 201
    with system_tenant():
        code = org.make_activity_code(key="vacation").pk
    off = {
        "agent": ada.pk, "activity_code": code, "paid_minutes": 480,
        "starts_at": "2026-03-06T00:00:00Z", "ends_at": "2026-03-07T00:00:00Z",
    }  # fmt: skip
    made = post(planner, "time-off", off)
    assert (made.status_code, made.json()["status"]) == (201, "APPROVED")
    again = post(planner, f"time-off/{made.json()['id']}/decide", {"is_approved": False})
    assert again.status_code == 409
    backwards = post(planner, "time-off", off | {"ends_at": "2026-03-05T00:00:00Z"})
    assert backwards.status_code == 400
    rules = rules_of(given(week.version), ada)
    assert [day for day in range(7) if not rules.spans[day]] == [2]
    assert rules.credited_minutes == (480,)
    assert all(a >= 5 * 96 or b <= 4 * 96 for a, b in rules.spans[4])


def test_a_request_for_time_off_is_declined_over_rest(planner, week):
    with system_tenant():
        row = make.make_time_off(week.agents[0], day=1, status="REQUESTED")
    answer = post(planner, f"time-off/{row.pk}/decide", {"is_approved": False})
    assert (answer.status_code, answer.json()["status"]) == (200, "DECLINED")


# -- the check before a solve ------------------------------------------------------------------------


def check(client, *, weeks=1):
    last = make.MONDAY + timedelta(weeks=weeks)
    answer = client.get(
        f"{BASE}/check/", {"starts_on": make.MONDAY, "ends_on": last, "timezone": "UTC"}
    )
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_the_check_names_person_rule_and_relaxation(planner, week):
    ada = week.agents[0]
    rotation = post(planner, "rotations", {"name": "Six", "pattern": "WWWWWWO"}).json()
    body = {"agent": ada.pk, "starts_on": "2026-03-02", "rotation": rotation["id"]}
    assert post(planner, "rotation-assignments", body).status_code == 201
    found = [f for f in check(planner)["findings"] if f["subject"] == ada.pk]
    mine = next(f for f in found if f["code"] == "rotation_too_many_days")
    assert (mine["severity"], mine["name"]) == ("ERROR", "Ada Day")
    assert "Smallest relaxation: allow 6 days a week." in mine["text"]
    patch(planner, f"contracts/{week.contract.pk}", {"days_per_week_max": 6})
    assert "rotation_too_many_days" not in {f["code"] for f in check(planner)["findings"]}


def test_the_check_reads_several_weeks(planner, week):
    patch(planner, f"contracts/{week.contract.pk}", {"max_weekends_in_4_weeks": 2})
    rotation = post(planner, "rotations", {"name": "Late", "pattern": "OOWWWWW"}).json()
    body = {"team": week.team.pk, "starts_on": "2026-03-02", "rotation": rotation["id"]}
    assert post(planner, "rotation-assignments", body).status_code == 201
    assert "weekends" not in {f["code"] for f in check(planner, weeks=2)["findings"]}
    found = [f for f in check(planner, weeks=3)["findings"] if f["code"] == "weekends"]
    assert len(found) == 6
    assert "allow 3 of four" in found[0]["text"]
    pages = {
        weeks: planner.get(f"/schedule/check/?week=2026-03-02&weeks={weeks}").content.decode()
        for weeks in (2, 3)
    }
    assert {weeks: "allow 3 of four" in page for weeks, page in pages.items()} == {
        2: False,
        3: True,
    }
    assert "Ada Day" in pages[3]


def test_the_check_says_when_periods_are_kept_together_only(planner, week):
    body = {
        "period_weeks": 2, "period_starts_on": "2026-03-02", "period_minutes_min": 4800,
        "period_minutes_max": 4800,
    }  # fmt: skip
    assert patch(planner, f"contracts/{week.contract.pk}", body).status_code == 200
    told = {
        weeks: [f["name"] for f in check(planner, weeks=weeks)["findings"]
                if f["code"] == "periods_together"]
        for weeks in (2, 3)
    }  # fmt: skip
    assert told == {2: [], 3: [week.contract.name]}


def test_the_check_wants_whole_weeks(planner):
    answer = planner.get(f"{BASE}/check/", {"starts_on": make.MONDAY, "ends_on": date(2026, 3, 8)})
    assert answer.status_code == 400
