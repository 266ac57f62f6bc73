"""The parts that the server draws: panels, card, trend, wall."""

import re
from datetime import timedelta

import pytest
import time_machine

from adherence.models import AgentContact, LiveFlag
from adherence.services import (
    NoteTarget,
    NoteWords,
    Tap,
    close_forgotten,
    follow_busy,
    record_taps,
    refresh_live,
    write_note,
)
from adherence.services.floor_cache import TREND, keep, kept, kept_or_made
from adherence.services.floor_figures import refresh_impacts, refresh_trend
from adherence.tasks import follow_busy as follow_busy_task
from adherence.tasks import refresh_impacts as refresh_impacts_task
from adherence.tasks import refresh_trend as refresh_trend_task
from tests.factories.adherence import make_event, make_live, make_required
from tests.factories.org import make_queue, make_skill
from wfm.org.models import AgentSkill
from wfm.org.tenancy import system_tenant


@pytest.fixture
def now(centre):
    """09:30: the agent has been in trouble for 20 minutes, the stranger never came."""
    at = centre.start + timedelta(minutes=30)
    with time_machine.travel(at, tick=False), system_tenant():
        queue = make_queue(name="Bank voice", skill=make_skill(name="Mortgages"))
        for agent in (centre.agent, centre.stranger):
            agent.shifts.get().activities.update(queue=queue)
        AgentSkill.objects.create(agent=centre.stranger, skill=queue.skill, starts_on="2020-01-01")
        make_event(centre.agent, centre.start, centre.codes["work"])
        make_event(centre.agent, at - timedelta(minutes=20), centre.codes["trouble"])
        refresh_live(agent_ids=[centre.agent.pk, centre.stranger.pk], at=at)
        make_required(queue, at=at, offered=12, required=5)
        follow_busy(at=at)
        refresh_impacts(at=at)
        centre.queue = queue
        yield at


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\u202f", " ").split())


def test_panels_hold_gaps_cases_and_queues(centre, now, client):
    client.force_login(centre.planner)
    page = text_of(client.get("/adherence/panels/"))
    assert "The only holder of “Mortgages” is absent" in page
    assert centre.stranger.name in page
    assert "20 so far" in page
    assert "Bank voice" in page


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "Nobody with “Mortgages” is planned now"), (2, "All 2 planned holders of “Mortgages”")],
)
def test_a_gap_says_how_many_were_planned(centre, now, client, count, words):
    if count == 0:
        make_live(centre.stranger, planned_code=None, flag=LiveFlag.OFF, severity=0)
    else:
        AgentSkill.objects.create(
            agent=centre.agent, skill=centre.queue.skill, starts_on="2020-01-01"
        )
        make_live(centre.agent, state_group="OFFLINE", flag=LiveFlag.NO_SHOW, severity=4)
    client.force_login(centre.planner)
    assert words in text_of(client.get("/adherence/panels/"))


def test_panels_follow_the_scope(centre, now, client):
    client.force_login(centre.planner)
    own = text_of(client.get("/adherence/panels/", {"team": centre.team.pk}))
    assert centre.agent.name in own
    site = text_of(client.get("/adherence/panels/", {"site": centre.team.site.pk}))
    assert centre.agent.name in site
    other = centre.stranger.assignments.get().team
    assert "20 so far" not in text_of(client.get("/adherence/panels/", {"team": other.pk}))
    with system_tenant():
        quiet = make_queue(name="Quiet")
    assert "Bank voice</th>" not in text_of(client.get("/adherence/panels/", {"queue": quiet.pk}))


def test_panels_show_notes_on_intervals(centre, now, client):
    target = NoteTarget(
        kind="INTERVAL", queue=centre.queue, starts_at=now, ends_at=now + timedelta(minutes=15)
    )
    write_note(target=target, words=NoteWords("Mailing", ["campaign"]), author=centre.lead, at=now)
    client.force_login(centre.lead)
    page = text_of(client.get("/adherence/panels/"))
    assert "09:30–09:45 Mailing" in page
    assert "campaign" in page


def test_panels_of_an_old_computation_say_so(centre, now, client):
    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        client.force_login(centre.planner)
        page = text_of(client.get("/adherence/panels/"))
    assert "as of 09:30" in page
    assert "</span>old</span>" in page


def test_the_card_names_the_effect_and_how_to_reach(centre, now, client):
    AgentContact.objects.create(agent=centre.agent, phone="+1 416 555 0100")
    client.force_login(centre.lead)
    page = text_of(client.get(f"/adherence/agents/{centre.agent.pk}/card/"))
    assert "tel:+14165550100" in page
    assert "one agent more would save customers" in page
    assert "costs" in page
    assert "“Trouble” too long since 09:10" in page
    assert client.get(f"/adherence/agents/{centre.stranger.pk}/card/").status_code == 404


def test_the_card_of_somebody_without_live_row_is_still_a_404(centre, now, client):
    centre.agent.live.delete()
    client.force_login(centre.lead)
    assert client.get(f"/adherence/agents/{centre.agent.pk}/card/").status_code == 404


def test_the_list_is_ranked_by_cost_before_severity(centre, now, client):
    """Whoever never came on a queue with plenty is less urgent than who is missed on a short one."""
    with system_tenant():
        plenty = make_queue(name="Plenty")
        make_required(plenty, at=now, offered=0.001, required=1)
        centre.stranger.shifts.get().activities.update(queue=plenty)
        refresh_live(agent_ids=[centre.stranger.pk], at=now)
        refresh_impacts(at=now)
    client.force_login(centre.planner)
    answer = client.get("/adherence/")
    assert [item.row.name for item in answer.context["items"]] == [
        centre.agent.name,
        centre.stranger.name,
    ]
    assert [item.impact_sign for item in answer.context["items"]] == ["negative", "neutral"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"impact": "negative"}, 2),
        ({"impact": "positive"}, 0),
        ({"flag": "NO_SHOW"}, 1),
        ({"flag": "nonsense"}, 2),
        ({"tag": "headset"}, 1),
        ({"tag": "none"}, 0),
    ],
)
def test_filters_by_flag_impact_and_tag(centre, now, client, query, count):
    write_note(
        target=NoteTarget(kind="AGENT_DAY", agent=centre.agent),
        words=NoteWords(tags=["headset"]),
        author=centre.planner,
        at=now,
    )
    client.force_login(centre.planner)
    answer = client.get("/adherence/", query)
    assert len(answer.context["items"]) == count
    assert "headset" in answer.context["tag_choices"]


def test_who_works_in_a_break_is_marked_as_helping(centre, now, client):
    make_live(
        centre.stranger,
        state_group="AVAILABLE",
        planned_code=centre.codes["break"],
        planned_queue=None,
        severity=1,
        flag=LiveFlag.OUT,
    )
    refresh_impacts(at=now)
    client.force_login(centre.planner)
    assert "helps" in text_of(client.get("/adherence/"))


def test_the_trend_is_shared_by_place(centre, now, client):
    refresh_trend(at=now)
    client.force_login(centre.planner)
    chart = client.get("/adherence/").context["trend_chart"]
    by_label = {series["label"]: series["values"] for series in chart["series"]}
    # 09:00-09:10 available, then busy until now.
    assert by_label["Busy, office"][-2:] == pytest.approx([1 / 3, 1.0], abs=1e-3)
    assert by_label["Busy, home"][-1] is None
    other = centre.stranger.assignments.get().team
    empty = client.get("/adherence/", {"team": other.pk}).context["trend_chart"]
    assert set(empty["series"][0]["values"]) == {None}
    site = client.get("/adherence/", {"site": centre.team.site.pk}).context["trend_chart"]
    assert site["series"][0]["values"][-1] == 1.0


def test_a_floor_without_people_has_an_empty_trend(db, redis_client, centre):
    centre.agent._meta.model.objects.update(is_active=False)
    refresh_trend(at=centre.start)
    assert kept(TREND).value["teams"] == {}


def test_without_computation_there_is_no_trend(centre, now, client):
    client.force_login(centre.planner)
    assert client.get("/adherence/").context["trend_chart"] is None


def test_tasks_do_the_same(centre, now, redis_client):
    redis_client.flushdb()
    refresh_impacts_task()
    refresh_trend_task()
    follow_busy_task()
    assert kept("adherence:impact").as_of == now
    assert kept(TREND).as_of == now


def test_of_those_who_ask_at_once_one_makes_it(redis_client, centre):
    at = centre.start
    keep("probe", 1, at=at)
    later = at + timedelta(minutes=1)
    redis_client.set("probe:lock", 1)
    old = kept_or_made("probe", at=later, max_age=timedelta(seconds=5), make=lambda: 2)
    assert (old.value, old.as_of) == (1, at)
    redis_client.delete("probe:lock")
    assert kept_or_made("probe", at=later, max_age=timedelta(seconds=5), make=lambda: 2).value == 2
    assert kept_or_made("probe", at=later, max_age=timedelta(seconds=5), make=lambda: 3).value == 2


@pytest.mark.parametrize("text", ["no json", "[]", "{}", '{"as_of": "x", "value": 1}'])
def test_what_cannot_be_read_counts_as_nothing(redis_client, text):
    redis_client.set("probe", text)
    assert not kept("probe")


@pytest.mark.parametrize(
    ("query", "kinds", "every"),
    [
        ("", [], 20),
        ("rotate=team-{team},all,queue-{queue},nonsense,site-x,team-999999&every=7", ["team", "all", "queue"], 7),
        ("rotate=team-{other}&every=1", [], 5),
        ("every=never", [], 20),
        ("every=99999", [], 3600),
    ],
)  # fmt: skip
def test_the_wall_takes_its_scopes_from_the_address(centre, now, client, query, kinds, every):
    other = centre.stranger.assignments.get().team
    text = query.format(team=centre.team.pk, other=other.pk, queue=centre.queue.pk)
    client.force_login(centre.lead)
    answer = client.get(f"/adherence/wall/?{text}")
    data = answer.context["wall_data"]
    assert [scope["kind"] for scope in data["rotation"]] == kinds
    assert data["every_seconds"] == every


@pytest.mark.parametrize(("theme", "shown"), [("light", "light"), ("dark", "dark"), ("x", "dark")])
def test_the_wall_is_dark_or_light_and_has_words(centre, now, client, theme, shown):
    client.force_login(centre.lead)
    page = text_of(client.get("/adherence/wall/", {"theme": theme}))
    assert f'data-theme="{shown}"' in page
    assert f"<li>{centre.agent.name}: busy too long" in page


def test_notes_of_a_day_stand_on_its_page(centre, now, client):
    write_note(
        target=NoteTarget(kind="CONTACT", agent=centre.agent, contact_id="call-17"),
        words=NoteWords("Not of a day"),
        author=centre.lead,
        at=now,
    )
    write_note(
        target=NoteTarget(
            kind="STRETCH", agent=centre.agent, starts_at=now - timedelta(minutes=20), ends_at=now
        ),
        words=NoteWords("VPN down", ["vpn"]),
        author=centre.lead,
        at=now,
    )
    client.force_login(centre.lead)
    url = f"/adherence/agents/{centre.agent.pk}/notes/"
    page = text_of(client.get(url, {"day": "2026-11-18"}))
    assert "VPN down" in page
    assert "09:10–09:30" in page
    assert "Not of a day" not in page
    assert text_of(client.get(url, {"day": "2026-11-17"})) == ""
    assert client.get(url, {"day": "soon"}).status_code == 404
    assert (
        client.get(
            f"/adherence/agents/{centre.stranger.pk}/notes/", {"day": "2026-11-18"}
        ).status_code
        == 404
    )
    assert url in text_of(client.get(f"/adherence/agents/{centre.agent.pk}/"))


def test_taps_that_came_late_are_flagged_to_the_lead_of_the_agent(centre, now, client):
    """On the list and on the card: what was tapped, when it arrived, how late."""
    for agent, code in ((centre.agent, "break"), (centre.stranger, "work")):
        tap = Tap(uid=f"t{agent.pk}", code=code, tapped_at=now - timedelta(minutes=25))
        record_taps(agent=agent, taps=[tap], device_now=now, received_at=now)
    client.force_login(centre.lead)
    page = text_of(client.get("/adherence/panels/"))
    assert "Taps that arrived late" in page
    assert re.search(
        r'<td>Break</td><td>[^<]*09:05</td><td>[^<]*09:30</td><td class="num">25</td>', page
    )
    assert centre.stranger.name not in page[page.index("Taps that arrived late") :]
    card = text_of(client.get(f"/adherence/agents/{centre.agent.pk}/card/"))
    assert re.search("arrived [^<]*09:30, 25 min later", card)


def test_a_tap_that_a_phone_sends_the_next_morning_is_news_of_the_morning(centre, now, client):
    """Tapped 15 hours ago: by when it was made it would never show."""
    tap = Tap(uid="out", code="", tapped_at=now - timedelta(hours=15))
    record_taps(agent=centre.agent, taps=[tap], device_now=now, received_at=now)
    client.force_login(centre.lead)
    page = text_of(client.get("/adherence/panels/"))
    assert '<td class="num">900</td>' in page
    assert "900 min later" in text_of(client.get(f"/adherence/agents/{centre.agent.pk}/card/"))
    with time_machine.travel(now + timedelta(hours=13), tick=False):
        client.force_login(centre.lead)
        assert "Taps that arrived late" not in text_of(client.get("/adherence/panels/"))


def test_clock_outs_by_rule_are_listed_with_their_day(centre, now, client):
    evening = centre.start + timedelta(hours=13)
    with time_machine.travel(evening, tick=False):
        for agent in (centre.agent, centre.stranger):
            make_event(agent, centre.start + timedelta(minutes=45), centre.codes["work"])
        refresh_live(agent_ids=[centre.agent.pk, centre.stranger.pk], at=evening)
        assert close_forgotten(at=evening) == 2
        client.force_login(centre.lead)
        page = text_of(client.get("/adherence/panels/"))
    closed = page[page.index('id="live-closed"') :].split("</details>")[0]
    assert f'/adherence/agents/{centre.agent.pk}/?from=2026-11-18"' in closed
    assert centre.stranger.name not in closed
    with time_machine.travel(evening + timedelta(hours=25), tick=False):
        client.force_login(centre.planner)
        assert "live-closed" not in text_of(client.get("/adherence/panels/"))


def test_taps_on_time_are_not_flagged(centre, now, client):
    tap = Tap(uid="t1", code="break", tapped_at=now - timedelta(seconds=30))
    record_taps(agent=centre.agent, taps=[tap], device_now=now, received_at=now)
    client.force_login(centre.lead)
    assert "Taps that arrived late" not in text_of(client.get("/adherence/panels/"))
