"""The pages of rules: what they show, keep, refuse and delete."""

import re

import pytest

from scheduling.models import BreakRule, Preference, Rotation, ShiftTemplate
from tests.factories import org
from wfm.org.models import EmploymentContract
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = [
    "contracts", "templates", "rotations", "rotation-assignments", "wishes", "split-consents",
    "queue-values", "activities", "hybrid-ratios", "team-days", "office-hours", "meeting-rooms",
    "offices",
]  # fmt: skip


@pytest.fixture
def planner(client, week):
    client.force_login(week.planner)
    return client


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_page(planner, kind):
    assert planner.get(f"/schedule/rules/{kind}/").status_code == 200


@pytest.mark.parametrize("path", [*(f"rules/{kind}" for kind in KINDS), "time-off", "availability"])
def test_every_field_has_a_chinese_name(planner, week, path):
    if path == "rules/contracts":
        path = f"rules/contracts/{week.contract.pk}"
    page = planner.get(f"/schedule/{path}/", headers={"accept-language": "zh-CN"}).content.decode()
    labels = re.findall(r"<label[^>]*>\s*(.*?)\s*</label>", page, re.DOTALL)

    assert len(labels) > 1
    assert [text for text in labels if not re.search(r"[\u4e00-\u9fff]", text)] == []


def test_a_kind_that_is_none_is_not_found(planner):
    assert planner.get("/schedule/rules/secrets/").status_code == 404


def test_a_contract_is_changed_on_its_form(planner, week):
    url = f"/schedule/rules/contracts/{week.contract.pk}/"
    with system_tenant():
        row = EmploymentContract.objects.get(pk=week.contract.pk)
        page = planner.get(url).context["form"]
        body = {name: value for name, value in page.initial.items() if value is not None}
    answer = planner.post(url, body | {"max_weekends_in_4_weeks": "2", "consecutive_days_off": "2"})
    assert answer.status_code == 302
    with system_tenant():
        row.refresh_from_db()
        assert (row.max_weekends_in_4_weeks, row.consecutive_days_off) == (2, 2)


def test_a_split_template_is_added_with_its_break(planner, week):
    body = {
        "employment_contract": week.contract.pk, "name": "Two peaks",
        "earliest_start_minute": "08:00", "latest_start_minute": "10:00",
        "start_step_minutes": "30", "length_min_minutes": "480", "length_max_minutes": "480",
        "length_step_minutes": "30", "weekdays": list("01234"), "piece_minutes": "240,240",
        "gap_minutes": "120,180", "allowance": "12.5", "is_active": "on",
        "breaks-TOTAL_FORMS": "1", "breaks-INITIAL_FORMS": "0",
        "breaks-0-activity_code": week.codes["break"].pk, "breaks-0-minutes": "15",
        "breaks-0-earliest_minute": "90", "breaks-0-latest_minute": "150",
        "breaks-0-from_length_minutes": "0", "breaks-0-piece": "1", "breaks-0-is_paid": "on",
    }  # fmt: skip
    assert planner.post("/schedule/rules/templates/", body).status_code == 302
    with system_tenant():
        row = ShiftTemplate.objects.get(name="Two peaks")
        assert (row.earliest_start_minute, row.weekdays) == (480, "01234")
        assert (row.piece_minutes, row.gap_minutes) == ([240, 240], [120, 180])
        assert [rule.piece for rule in row.breaks.all()] == [1]
        old = row.breaks.get().pk

    body |= {"breaks-INITIAL_FORMS": "1", "breaks-0-id": old, "breaks-0-minutes": "30"}
    assert planner.post(f"/schedule/rules/templates/{row.pk}/", body).status_code == 302
    with system_tenant():
        assert [rule.minutes for rule in BreakRule.objects.filter(template=row)] == [30]


def test_pieces_that_do_not_add_up_are_refused_beside_the_form(planner, week):
    body = {
        "employment_contract": week.contract.pk, "name": "Two peaks",
        "earliest_start_minute": "08:00", "latest_start_minute": "10:00",
        "start_step_minutes": "30", "length_min_minutes": "500", "length_max_minutes": "500",
        "length_step_minutes": "30", "weekdays": list("01234"), "piece_minutes": "240,240",
        "gap_minutes": "120", "allowance": "0", "breaks-TOTAL_FORMS": "0",
        "breaks-INITIAL_FORMS": "0",
    }  # fmt: skip
    answer = planner.post("/schedule/rules/templates/", body)
    assert answer.status_code == 200
    assert b"The pieces last 480 minutes together" in answer.content


def test_a_wish_is_added_shown_and_deleted(planner, week):
    body = {
        "agent": week.agents[0].pk, "kind": "START", "rank": "2", "weekday": "4",
        "earliest_start_minute": "07:00", "latest_start_minute": "08:30",
    }  # fmt: skip
    assert planner.post("/schedule/rules/wishes/", body).status_code == 302
    page = planner.get("/schedule/rules/wishes/").content.decode()
    assert "start 07:00 – 08:30" in page
    assert "every Friday" in page
    with system_tenant():
        row = Preference.objects.get()
        assert (row.earliest_start_minute, row.latest_start_minute) == (420, 510)
    assert planner.post(f"/schedule/rules/wishes/{row.pk}/delete/").status_code == 302
    with system_tenant():
        assert not Preference.objects.exists()


def test_a_rotation_with_unknown_letters_stays_on_the_form(planner):
    answer = planner.post("/schedule/rules/rotations/", {"name": "Odd", "pattern": "WXO"})
    assert answer.status_code == 200
    assert b"Write W for a day of work" in answer.content
    with system_tenant():
        assert not Rotation.objects.exists()


def test_a_lead_reads_rules_but_has_no_form(client, week):
    client.force_login(week.lead)
    assert client.get("/schedule/rules/rotations/").context["form"] is None
    client.post("/schedule/rules/rotations/", {"name": "Mine", "pattern": "WO"})
    with system_tenant():
        assert not Rotation.objects.exists()
        row = Rotation.objects.create(name="Theirs", pattern="WO")
    assert client.post(f"/schedule/rules/rotations/{row.pk}/delete/").status_code == 403


def test_wishes_of_agents_out_of_scope_are_not_there(client, week):
    with system_tenant():
        stranger = org.make_agent(name="Far Away")
        row = Preference.objects.create(agent=stranger, kind="DAY_OFF", weekday=4)
        planner = org.make_user("planner", team=week.team)
    client.force_login(planner)
    assert b"Far Away" not in client.get("/schedule/rules/wishes/").content
    assert client.get(f"/schedule/rules/wishes/{row.pk}/").status_code == 404
