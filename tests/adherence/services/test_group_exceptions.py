"""One exception for many people at once: who gets it, what follows, and its withdrawal."""

import threading
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adherence.models import AdherenceDay, AdherenceException, DayCorrection, LiveMark, PendingDay
from adherence.queries.group_people import GroupPeople, group_zone
from adherence.services import UnableToApprove, approve_exception, recompute_days, recompute_pending
from adherence.services.group_exceptions import (
    GroupAsk,
    NobodyToExcuse,
    approve_group,
    preview_group,
    withdraw_group,
)
from tests.factories import org
from tests.factories.adherence import make_codes, make_event, make_shift
from wfm.integration.models import Change, Notice
from wfm.org.access import SYSTEM
from wfm.org.models import AgentAssignment
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 18, 9, tzinfo=UTC)
AT = NINE + timedelta(hours=5)
STRETCH = {"starts_at": NINE + timedelta(hours=1), "ends_at": NINE + timedelta(minutes=90)}


def make_floor():
    """Two teams of one site, three planned 09:00-17:00 and one at home, and a team elsewhere."""
    codes = make_codes()
    site = org.make_site(name="Zürich", timezone="Europe/Zurich")
    claims, voice = (org.make_team(name=name, site=site) for name in ("Claims A", "Voice"))
    elsewhere = org.make_team(name="Elsewhere")
    queue = org.make_queue(name="Motor", timezone="Europe/Zurich")
    people = {
        name: org.make_agent(name=name, team=team)
        for name, team in (
            ("on shift", claims),
            ("not planned", claims),
            ("clocked in", claims),
            ("of voice", voice),
            ("stranger", elsewhere),
        )
    }
    for name in ("on shift", "of voice", "stranger"):
        plan(people[name], codes["work"], queue=queue if name == "on shift" else None)
    make_event(people["clocked in"], NINE, codes["work"])
    return SimpleNamespace(
        codes=codes, site=site, claims=claims, voice=voice, queue=queue, people=people,
        lead=org.make_user("team_lead", team=claims),
        planner=org.make_user("planner"),
    )  # fmt: skip


@pytest.fixture
def floor(db, redis_client):
    with system_tenant():
        yield make_floor()


def plan(agent, code, *, queue=None, starts_at=NINE, hours=8):
    make_shift(agent, (starts_at, starts_at + timedelta(hours=hours), code), queue=queue)


def asked(reason="Fire drill", *, includes_absent=False, stretch=STRETCH, **people):
    return GroupAsk(
        people=GroupPeople(**people), reason=reason, includes_absent=includes_absent, **stretch
    )


def approve(floor, ask, *, by=None, at=AT):
    by = by or floor.planner
    return approve_group(ask=ask, principal=by, approved_by=by, at=at)


def names(group):
    rows = group.rows.filter(status="APPROVED").order_by("agent__name")
    return list(rows.values_list("agent__name", flat=True))


def counts(preview):
    return (preview.people, preview.at_work, preview.already_excused, preview.left_out)


# -- who ------------------------------------------------------------------------------------------


def test_a_team_gets_rows_for_who_was_planned_or_clocked_in(floor):
    group, done = approve(floor, asked(team=floor.claims), by=floor.lead)
    assert names(group) == ["clocked in", "on shift"]
    assert counts(done) == (3, 2, 0, 1)
    row = group.rows.get(agent=floor.people["on shift"])
    assert (row.created_by, row.decided_by, row.decided_at, row.reason) == (
        floor.lead,
        floor.lead,
        AT,
        "Fire drill",
    )
    assert (group.scope, group.scope_name, group.timezone) == ("TEAM", "Claims A", "Europe/Zurich")


def test_the_absent_too_where_they_are_asked_for(floor):
    group, done = approve(floor, asked(team=floor.claims, includes_absent=True))
    assert names(group) == ["clocked in", "not planned", "on shift"]
    assert counts(done) == (3, 3, 0, 0)


def test_a_site_a_queue_and_chosen_agents(floor):
    people = floor.people
    site, _done = approve(floor, asked(site=floor.site))
    assert names(site) == ["clocked in", "of voice", "on shift"]
    later = {name: moment + timedelta(hours=1) for name, moment in STRETCH.items()}
    queue, _done = approve(floor, asked(queue=floor.queue, stretch=later))
    assert names(queue) == ["on shift"]
    chosen = frozenset({people["stranger"].pk, people["of voice"].pk})
    agents, _done = approve(floor, asked(agent_ids=chosen, stretch=later))
    assert names(agents) == ["of voice", "stranger"]
    assert (agents.scope, agents.scope_name) == ("AGENTS", "")


def test_a_site_takes_only_the_teams_in_scope_and_foreign_agents_do_not_exist(floor):
    group, done = approve(floor, asked(site=floor.site), by=floor.lead)
    assert names(group) == ["clocked in", "on shift"]
    assert done.people == 3
    ids = frozenset({floor.people["on shift"].pk, floor.people["of voice"].pk})
    with pytest.raises(UnableToApprove, match=f"no agent {floor.people['of voice'].pk} that you"):
        approve(floor, asked(agent_ids=ids), by=floor.lead)
    assert AdherenceException.objects.count() == 2


def test_part_of_a_team(floor):
    chosen = frozenset({floor.people["on shift"].pk, floor.people["stranger"].pk})
    group, _done = approve(floor, asked(team=floor.claims, agent_ids=chosen))
    assert names(group) == ["on shift"]
    assert group.scope_name == "Claims A"


def test_who_belonged_to_the_team_on_that_day(floor):
    moved = floor.people["on shift"]
    AgentAssignment.objects.filter(agent=moved).update(ends_on=date(2026, 11, 19))
    AgentAssignment.objects.create(
        agent=moved,
        team=floor.voice,
        employment_contract=org.make_employment_contract(),
        starts_on=date(2026, 11, 19),
    )
    group, _done = approve(floor, asked(team=floor.claims), at=AT + timedelta(days=3))
    assert "on shift" in names(group)


def test_oneself_is_left_to_another_lead(floor):
    floor.lead.agent = floor.people["on shift"]
    floor.lead.save()
    group, done = approve(floor, asked(team=floor.claims), by=floor.lead)
    assert names(group) == ["clocked in"]
    assert done.is_own_left_out
    only = asked(agent_ids=frozenset({floor.people["on shift"].pk}))
    with pytest.raises(NobodyToExcuse, match="about yourself"):
        approve(floor, only, by=floor.lead)


def test_who_left_since_counts_only_where_they_worked_then(floor):
    for name in ("on shift", "not planned"):
        floor.people[name].is_active = False
        floor.people[name].save()
    _group, done = approve(floor, asked(team=floor.claims))
    assert counts(done) == (2, 2, 0, 0)


@pytest.mark.parametrize(
    ("events", "is_at_work"),
    [
        ([], False),
        ([(30, "work")], True),
        ([(30, "work"), (50, None)], False),
        ([(30, "work"), (70, None)], True),
        ([(75, "work")], True),
        ([(90, "work")], False),
        ([(30, "gone")], False),
        ([(-60 * 24 * 32, "work")], False),
    ],
)
def test_clocked_in_during_the_stretch(floor, events, is_at_work):
    codes = floor.codes | {"gone": org.make_activity_code(state_group="OFFLINE")}
    for minutes, code in events:
        agent = floor.people["not planned"]
        make_event(agent, NINE + timedelta(minutes=minutes), code and codes[code])
    preview = preview_group(
        ask=asked("", agent_ids=frozenset({floor.people["not planned"].pk})),
        principal=floor.planner, approved_by=None, at=AT,
    )  # fmt: skip
    assert preview.at_work == int(is_at_work)


def test_of_what_is_to_come_only_the_plan_tells(floor):
    tomorrow = {name: moment + timedelta(days=1) for name, moment in STRETCH.items()}
    plan(floor.people["not planned"], floor.codes["work"], starts_at=NINE + timedelta(days=1))
    group, done = approve(floor, asked(team=floor.claims, stretch=tomorrow))
    assert names(group) == ["not planned"]
    assert done.left_out == 2
    assert not PendingDay.objects.exists()


def test_an_unpaid_gap_of_a_split_shift_is_not_at_work(floor):
    split = floor.people["not planned"]
    work = floor.codes["work"]
    hour = timedelta(hours=1)
    make_shift(split, (NINE, NINE + hour, work), (NINE + 2 * hour, NINE + 3 * hour, work))
    assert approve(floor, asked(team=floor.claims))[1].left_out == 1


# -- what counts already ----------------------------------------------------------------------------


def test_who_is_excused_already_gets_no_second_row(floor):
    for first, last in ((1, 1.25), (1.25, 2)):  # two that touch cover it together
        approve_exception(
            agent=floor.people["on shift"],
            starts_at=NINE + timedelta(hours=first),
            ends_at=NINE + timedelta(hours=last),
            reason="Trouble",
            approved_by=None,
            at=AT,
        )
    group, done = approve(floor, asked(team=floor.claims))
    assert names(group) == ["clocked in"]
    assert counts(done) == (3, 2, 1, 1)
    with pytest.raises(NobodyToExcuse, match="2 people are excused already"):
        approve(floor, asked(team=floor.claims))


def test_nobody_was_at_work(floor):
    with pytest.raises(NobodyToExcuse, match="Nobody of them was at work"):
        approve(floor, asked(agent_ids=frozenset({floor.people["not planned"].pk})))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "Give a reason"),
        ({"starts_at": NINE, "ends_at": NINE}, "must end after it begins"),
        ({"starts_at": NINE - timedelta(hours=24)}, "24 hours at most"),
        (
            {"starts_at": NINE - timedelta(days=90), "ends_at": NINE - timedelta(days=89.9)},
            "no longer kept",
        ),
    ],
)
def test_what_is_refused_for_one_is_refused_for_many(floor, change, sentence):
    reason = change.pop("reason", "Fire drill")
    with pytest.raises(UnableToApprove, match=sentence):
        approve(floor, asked(reason, team=floor.claims, stretch=STRETCH | change))
    assert not AdherenceException.objects.exists()


# -- what follows -----------------------------------------------------------------------------------


def out_seconds(agent):
    return AdherenceDay.objects.get(agent=agent, operational_date=NINE.date()).out_seconds


def test_both_figures_are_kept_of_the_approval_and_of_the_withdrawal(floor):
    """Nobody clocked in: eight hours out; the half hour counts, then not."""
    at = NINE + timedelta(days=2)
    agent = floor.people["on shift"]
    ids = [person.pk for person in floor.people.values()]
    recompute_days(agent_ids=ids, first_date=NINE.date(), last_date=NINE.date(), at=at)
    assert out_seconds(agent) == 8 * 3600
    reason = "x" * 300  # as long as it may be: the words of the withdrawal do not fit
    group, _done = approve(floor, asked(reason, team=floor.claims), by=floor.lead, at=at)
    recompute_pending(at=at)
    assert out_seconds(agent) == 7.5 * 3600
    assert withdraw_group(group=group, principal=floor.lead, withdrawn_by=floor.lead, at=at) == 2
    recompute_pending(at=at)
    assert out_seconds(agent) == 8 * 3600
    first, second = DayCorrection.objects.filter(agent=agent).order_by("pk")
    assert first.figures_before["out_seconds"] == second.figures_after["out_seconds"] == 28_800
    assert first.causes[0]["by_id"] == floor.lead.pk
    assert first.causes[0]["why"] == reason
    assert second.causes[0]["why"].startswith("Withdrawn: xxx")
    assert set(group.rows.values_list("status", "decided_by")) == {("DECLINED", floor.lead.pk)}


def test_a_second_withdrawal_and_one_beyond_retention_are_refused(floor):
    group, _done = approve(floor, asked(team=floor.claims))
    act = {"group": group, "principal": floor.planner, "withdrawn_by": floor.planner}
    with pytest.raises(UnableToApprove, match="no longer kept"):
        withdraw_group(**act, at=AT + timedelta(days=200))
    withdraw_group(**act, at=AT)
    with pytest.raises(NobodyToExcuse, match="withdrawn before"):
        withdraw_group(**act, at=AT)


def test_a_lead_withdraws_only_what_the_lead_decides_about(floor):
    group, _done = approve(floor, asked(site=floor.site))
    assert withdraw_group(group=group, principal=floor.lead, withdrawn_by=floor.lead, at=AT) == 2
    assert names(group) == ["of voice"]


def test_agents_are_told_on_their_sites_clock_and_it_is_one_change(floor):
    on_shift, clocked_in = (
        org.make_user("agent", agent=floor.people[name], language=language)
        for name, language in (("on shift", "en"), ("clocked in", "zh-hans"))
    )
    org.make_user("agent", agent=floor.people["not planned"])
    group, _done = approve(floor, asked(team=floor.claims))
    withdraw_group(group=group, principal=SYSTEM, withdrawn_by=None, at=AT)
    told = Notice.objects.order_by("pk").values_list("user", "subject", "body")
    assert list(told.filter(user=on_shift)) == [
        (
            on_shift.pk,
            "Counts as in adherence: Wed 18 Nov 2026 11:00–11:30",
            "Fire drill",
        ),
        (
            on_shift.pk,
            "Does not count as in adherence: Wed 18 Nov 2026 11:00–11:30",
            "Fire drill",
        ),
    ]
    assert "2026年11月18日" in told.filter(user=clocked_in)[0][1]
    assert Notice.objects.count() == 4
    made, taken = Change.objects.filter(kind="adherence.group_decided").order_by("pk")
    assert (made.payload["status"], taken.payload["status"]) == ("APPROVED", "DECLINED")
    assert made.payload["count"] == len(made.payload["exceptions"]) == 2
    assert made.key == taken.key == f"adherence-group:{group.pk}"


def test_the_live_rows_of_all_are_looked_at_anew(floor):
    approve(floor, asked(team=floor.claims))
    ids = {floor.people[name].pk for name in ("on shift", "clocked in")}
    assert [set(mark.agent_ids) for mark in LiveMark.objects.filter(is_whole=True)] == [ids]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "days"),
    [
        # A night in Zürich, across the hour that comes twice: 24 Oct 22:00 to 25 Oct 06:00, 9 h.
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 5, tzinfo=UTC), {24, 25}),
        # 00:30 to 01:30 of the 25th there is still the 24th in UTC, and belongs to the night.
        (
            datetime(2026, 10, 24, 22, 30, tzinfo=UTC),
            datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
            {24, 25},
        ),
    ],
)
def test_a_night_over_a_clock_change_marks_its_operational_day(floor, starts_at, ends_at, days):
    night = datetime(2026, 10, 24, 20, tzinfo=UTC)
    agent = floor.people["not planned"]
    plan(agent, floor.codes["work"], starts_at=night, hours=9)
    stretch = {"starts_at": starts_at, "ends_at": ends_at}
    approve(floor, asked(team=floor.claims, stretch=stretch))
    marked = PendingDay.objects.values_list("operational_date", flat=True)
    assert {day.day for day in marked} == days
    recompute_pending(at=AT)
    row = AdherenceDay.objects.get(agent=agent, operational_date=date(2026, 10, 24))
    assert row.excepted_seconds == (ends_at - starts_at).total_seconds()
    assert row.scheduled_seconds == 9 * 3600


# -- many, and two at once ----------------------------------------------------------------------------


def crowd(floor, size):
    team = org.make_team(name=f"Crowd {size}", site=floor.site)
    agents = [org.make_agent(team=team) for _ in range(size)]
    for agent in agents:
        plan(agent, floor.codes["work"])
        org.make_user("agent", agent=agent)
    return team


def test_the_number_of_queries_does_not_grow_with_the_people(floor):
    made, taken = [], []
    assert floor.planner.access.is_internal  # asked for once
    for size in (2, 9):
        team = crowd(floor, size)
        with CaptureQueriesContext(connection) as queries:
            group, done = approve(floor, asked(team=team))
        made.append(len(queries))
        assert done.to_excuse == size
        with CaptureQueriesContext(connection) as queries:
            withdraw_group(group=group, principal=floor.planner, withdrawn_by=None, at=AT)
        taken.append(len(queries))
    assert made[0] == made[1]
    assert taken[0] == taken[1]


@pytest.mark.django_db(transaction=True)
def test_of_two_leads_at_once_one_excuses_and_the_other_finds_them_excused(
    transactional_db, redis_client
):
    with system_tenant():
        floor = make_floor()
    outcomes, ready = [], threading.Barrier(2)

    def excuse():
        try:
            with system_tenant():
                ready.wait(10)
                approve(floor, asked(team=floor.claims))
            outcomes.append("excused")
        except NobodyToExcuse as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=excuse) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [
        "There is nobody left to excuse: 2 people are excused already.",
        "excused",
    ]
    with system_tenant():
        assert AdherenceException.objects.count() == 2


def test_chosen_agents_live_in_the_zone_of_the_first(floor):
    assert group_zone(GroupPeople(agent_ids=frozenset({floor.people["on shift"].pk}))) == (
        "Europe/Zurich"
    )
    assert group_zone(GroupPeople(agent_ids=frozenset())) == "UTC"
