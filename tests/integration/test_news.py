"""News and policies: for whom, since when, who has acknowledged; links to knowledge."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from rest_framework.test import APIClient

from tests.factories.integration import make_link, make_news
from tests.factories.org import (
    make_activity_code,
    make_agent,
    make_client,
    make_queue,
    make_site,
    make_skill,
    make_team,
    make_user,
)
from wfm.integration import tasks
from wfm.integration.models import Change, NewsAcknowledgement, NewsEntry, NewsVersion, Notice
from wfm.integration.queries.news import audience_of, knowledge_for, news_for, readers_of
from wfm.integration.services.knowledge import LinkInput, UnableToSaveLink, save_link
from wfm.integration.services.messages import UnableToSendMessage, send_message
from wfm.integration.services.news import (
    NewsInput,
    UnableToAcknowledge,
    UnableToRemind,
    UnableToSaveNews,
    acknowledge_news,
    announce_news,
    change_news,
    publish_news,
    remind_readers,
    withdraw_news,
)
from wfm.org.models import AgentAssignment, AgentSkill
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def everything():
    with system_tenant():
        yield


@pytest.fixture
def planner():
    return make_user("planner")


@pytest.fixture
def floor():
    """Ann of Toronto's team North with a skill, Ben of Leeds' team South, Tom who leads North."""
    toronto, leeds = make_site(), make_site()
    north, south = make_team(site=toronto), make_team(site=leeds)
    skill = make_skill()
    queue = make_queue(skill=skill)
    ann = make_user("agent", agent=make_agent(team=north, skills=[skill]), display_name="Ann")
    ben = make_user("agent", agent=make_agent(team=south), display_name="Ben")
    tom = make_user("team_lead", team=north, display_name="Tom")
    return {
        "toronto": toronto, "north": north, "queue": queue, "skill": skill,
        "ann": ann, "ben": ben, "tom": tom,
    }  # fmt: skip


def write(planner, **fields):
    return make_news(by=planner, at=START, **fields)


def as_input(entry, **changes):
    version = entry.versions.get(number=entry.number)
    given = {
        "title": version.title,
        "body": version.body,
        "starts_at": entry.starts_at,
        "kind": entry.kind,
        "needs_acknowledgement": entry.needs_acknowledgement,
    }
    return NewsInput(**given | changes)


def titles(user, at=AT):
    return [item.version.title for item in news_for(user, at=at)]


# -- for whom -------------------------------------------------------------------------------------


def test_each_entry_reaches_its_audience_and_nobody_else(floor, planner):
    entries = {
        "all": write(planner, title="all"),
        "site": write(planner, title="site", audience="SITE", site=floor["toronto"]),
        "team": write(planner, title="team", audience="TEAM", team=floor["north"]),
        "queue": write(planner, title="queue", audience="QUEUE", queue=floor["queue"]),
    }
    expected = {
        "ann": {"all", "site", "team", "queue"},
        "ben": {"all"},
        "tom": {"all", "site", "team"},
    }
    assert {name: set(titles(floor[name])) for name in expected} == expected
    for title, entry in entries.items():
        reached = set(audience_of(entry, at=AT).values_list("display_name", flat=True))
        assert reached & {"Ann", "Ben", "Tom"} == {
            name.title() for name, shown in expected.items() if title in shown
        }


def test_a_team_left_and_a_skill_lost_count_no_longer(floor, planner):
    for kind, target in (("TEAM", {"team": floor["north"]}), ("QUEUE", {"queue": floor["queue"]})):
        write(planner, title=kind, audience=kind, **target)
    agent = floor["ann"].agent
    AgentAssignment.objects.filter(agent=agent).update(ends_on=date(2026, 3, 4))
    AgentSkill.objects.filter(agent=agent).update(ends_on=date(2026, 3, 4))
    assert set(titles(floor["ann"])) == {"TEAM", "QUEUE"}
    assert titles(floor["ann"], at=AT + timedelta(days=1)) == []


def test_clients_and_keys_are_told_nothing(planner):
    write(planner)
    assert titles(make_user("client", client=make_client())) == []
    assert news_for(object(), at=AT) == []


def test_an_entry_is_shown_from_its_beginning_until_its_end(floor, planner):
    ends = START + timedelta(days=2)
    write(planner, title="two days", starts_at=START, ends_at=ends)
    ann = floor["ann"]
    shown = [bool(titles(ann, at)) for at in (START - timedelta(seconds=1), START, ends)]
    assert shown == [False, True, False]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"link_title": "More"}, "link_url"),
        ({"audience": "TEAM"}, "team"),
        ({"ends_at": START}, "ends_at"),
    ],
)
def test_a_wrong_entry_is_refused_with_the_field(planner, changes, field):
    given = {"title": "News", "body": "", "starts_at": START} | changes
    with pytest.raises(UnableToSaveNews) as refused, transaction.atomic():
        publish_news(wanted=NewsInput(**given), by=planner, at=START)
    assert refused.value.field == field


def test_whoever_plans_one_client_or_team_writes_for_no_others(floor):
    of_client = make_user("planner", client=make_client())
    of_team = make_user("planner", team=floor["north"])
    for writer in (of_client, of_team):
        with pytest.raises(UnableToSaveNews, match="in your scope"), transaction.atomic():
            write(writer)
    assert write(of_team, audience="TEAM", team=floor["north"]).pk
    mine = make_user("planner", client=floor["queue"].client)
    assert write(mine, audience="QUEUE", queue=floor["queue"]).pk


def test_the_database_itself_refuses_an_audience_without_a_name():
    with pytest.raises(IntegrityError, match="audience_named"), transaction.atomic():
        NewsEntry.objects.create(audience="TEAM", starts_at=START, created_at=START)


# -- acknowledgement ------------------------------------------------------------------------------


def ack(entry, user, *, number=1, at=AT):
    return acknowledge_news(entry_id=entry.pk, number=number, user=user, at=at)


def test_an_acknowledgement_is_recorded_once_with_its_time(floor, planner):
    entry = write(planner, needs_acknowledgement=True)
    assert ack(entry, floor["ann"]) == AT
    assert ack(entry, floor["ann"], at=AT + timedelta(hours=1)) == AT
    (item,) = news_for(floor["ann"], at=AT)
    assert (item.asks_me, item.acknowledged_at) == (False, AT)
    readers = readers_of(entry, at=AT)
    assert {reader.user.display_name for reader in readers if reader.acknowledged_at} == {"Ann"}
    assert readers[0].acknowledged_at is None  # who has not comes first


def test_what_asks_comes_before_what_is_newer(floor, planner):
    write(planner, title="asks", needs_acknowledgement=True)
    write(planner, title="newer", starts_at=START + timedelta(hours=1))
    assert titles(floor["ann"]) == ["asks", "newer"]


def test_a_changed_policy_asks_again_and_the_old_acknowledgement_stays(floor, planner):
    entry = write(planner, kind="POLICY", needs_acknowledgement=True, body="Old words.")
    ack(entry, floor["ann"])
    changed = change_news(
        entry=entry, wanted=as_input(entry, body="New words."), asks_again=True, by=planner, at=AT
    )
    (item,) = news_for(floor["ann"], at=AT)
    assert (item.asks_me, item.version.body) == (True, "New words.")
    assert NewsAcknowledgement.objects.get().version.body == "Old words."
    with pytest.raises(UnableToAcknowledge, match="while you read it"):
        ack(changed, floor["ann"], number=1)
    ack(changed, floor["ann"], number=2)
    assert NewsAcknowledgement.objects.count() == 2


def test_a_mended_typing_error_asks_nobody_again(floor, planner):
    entry = write(planner, needs_acknowledgement=True, body="Teh words.")
    ack(entry, floor["ann"])
    change_news(
        entry=entry, wanted=as_input(entry, body="The words."), asks_again=False, by=planner, at=AT
    )
    (item,) = news_for(floor["ann"], at=AT)
    assert (item.asks_me, item.version.number) == (False, 2)


def test_a_change_of_time_alone_makes_no_version(planner):
    entry = write(planner)
    wanted = as_input(entry, ends_at=AT)
    assert change_news(entry=entry, wanted=wanted, asks_again=True, by=planner, at=AT).number == 1
    assert NewsVersion.objects.count() == 1


def test_what_is_not_shown_or_asks_nothing_cannot_be_acknowledged(floor, planner):
    quiet, team = write(planner), write(planner, audience="TEAM", team=floor["north"])
    with pytest.raises(UnableToAcknowledge, match="asks for no"):
        ack(quiet, floor["ann"])
    with pytest.raises(UnableToAcknowledge, match="no longer shown"):
        ack(team, floor["ben"])


def test_withdrawn_it_is_shown_no_longer_and_stays_on_record(floor, planner):
    entry = write(planner, needs_acknowledgement=True)
    ack(entry, floor["ann"])
    withdraw_news(entry=entry, at=AT)
    assert titles(floor["ann"], at=AT) == []
    assert NewsAcknowledgement.objects.count() == 1
    ahead = write(planner, starts_at=AT + timedelta(days=1))
    withdraw_news(entry=ahead, at=AT)
    assert not NewsEntry.objects.filter(pk=ahead.pk).exists()


# -- telling people -------------------------------------------------------------------------------


def told():
    return sorted(Notice.objects.values_list("user__display_name", "subject"))


def test_people_are_told_once_when_it_begins(floor, planner):
    write(planner, title="Move", audience="TEAM", team=floor["north"])
    assert [announce_news(at=at) for at in (START - timedelta(hours=1), START, START)] == [0, 1, 0]
    assert told() == [("Ann", "News: Move"), ("Tom", "News: Move")]
    change = Change.objects.get()
    assert (change.kind, change.payload["title"]) == ("news.published", "Move")


def test_a_version_that_asks_again_is_told_again_and_a_mended_one_is_not(floor, planner):
    entry = write(planner, kind="POLICY", audience="TEAM", team=floor["north"])
    announce_news(at=AT)
    target = {"audience": "TEAM", "team": floor["north"]}
    for body, asks in (("Mended.", False), ("Meant otherwise.", True)):
        change_news(
            entry=entry,
            wanted=as_input(entry, body=body, **target),
            asks_again=asks,
            by=planner,
            at=AT,
        )
        announce_news(at=AT)
    assert len(told()) == 4


def test_beat_announces(floor, planner):
    write(planner, audience="TEAM", team=floor["north"])
    tasks.announce_news()
    assert len(told()) == 2


def test_a_reminder_reaches_those_who_are_missing_at_most_once_an_hour(floor, planner):
    entry = write(planner, needs_acknowledgement=True, audience="TEAM", team=floor["north"])
    ack(entry, floor["ann"])
    assert remind_readers(entry=entry, at=AT) == 1
    assert [name for name, _subject in told()] == ["Tom"]
    with pytest.raises(UnableToRemind, match="within the last hour"):
        remind_readers(entry=entry, at=AT + timedelta(minutes=59))
    assert remind_readers(entry=entry, at=AT + timedelta(hours=1)) == 1
    with pytest.raises(UnableToRemind, match="not shown now"):
        remind_readers(entry=entry, at=START - timedelta(hours=1))
    with pytest.raises(UnableToRemind, match="asks for no"):
        remind_readers(entry=write(planner), at=AT)


def test_a_message_reaches_agents_in_scope_with_a_login(floor):
    tom, ann, ben = floor["tom"], floor["ann"], floor["ben"]
    sent = send_message(
        sender=tom, agent_ids=[ann.agent_id, ben.agent_id], text=" Call me. ", at=AT
    )
    assert [(notice.user, notice.body) for notice in sent] == [(ann, "Call me.")]
    with pytest.raises(UnableToSendMessage, match="nobody would read"):
        send_message(sender=tom, agent_ids=[ben.agent_id], text="x", at=AT)
    with pytest.raises(UnableToSendMessage, match="1 to 2000"):
        send_message(sender=tom, agent_ids=[ann.agent_id], text=" ", at=AT)


def test_a_message_says_from_whom_in_the_readers_language(floor):
    tom, ann = floor["tom"], floor["ann"]
    ann.language = "zh-hans"
    ann.save(update_fields=["language"])
    (notice,) = send_message(sender=tom, agent_ids=[ann.agent_id], text="Hi", at=AT)
    assert str(tom) in notice.subject
    assert not notice.subject.startswith("Message from")


# -- links to knowledge ---------------------------------------------------------------------------


def test_links_of_the_activity_and_of_the_queue_help_together(planner):
    code, other = make_activity_code(), make_activity_code()
    queue, elsewhere = make_queue(), make_queue()
    make_link(title="activity", activity_code=code)
    make_link(title="queue", queue=queue, place=2)
    make_link(title="both", activity_code=code, queue=queue)
    make_link(title="other activity", activity_code=other)
    make_link(title="other queue", activity_code=code, queue=elsewhere)

    def shown(code_id, queue_id):
        links = knowledge_for(planner, activity_code_id=code_id, queue_id=queue_id)
        return [link.title for link in links]

    assert shown(code.pk, queue.pk) == ["activity", "both", "queue"]
    assert shown(code.pk, None) == ["activity"]
    assert shown(None, None) == []
    one_client = make_user("planner", client=make_client())
    found = knowledge_for(one_client, activity_code_id=None, queue_id=queue.pk)
    assert not found.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"activity_code": None}, "activity_code"),
    ],
)
def test_a_wrong_link_is_refused_with_the_field(planner, changes, field):
    given = {"title": "Wiki", "url": "https://wiki.example/", "activity_code": make_activity_code()}
    with pytest.raises(UnableToSaveLink) as refused:
        save_link(link=None, wanted=LinkInput(**given | changes), by=planner)
    assert refused.value.field == field


def test_whoever_plans_one_client_keeps_links_of_its_queues_alone():
    one_client = make_user("planner", client=make_client())
    wanted = LinkInput(title="x", url="https://wiki.example/", queue=make_queue())
    with pytest.raises(UnableToSaveLink, match="in your scope"):
        save_link(link=None, wanted=wanted, by=one_client)


# -- REST -----------------------------------------------------------------------------------------


def api_of(user):
    api = APIClient()
    api.force_login(user)
    return api


def error(answer):
    first = answer.json()["errors"][0]
    return answer.status_code, first["attr"], first["detail"]


def test_rest_writes_changes_and_withdraws(planner, floor):
    api = api_of(planner)
    given = {
        "title": "Headsets", "kind": "POLICY", "starts_at": "2026-03-02T09:00:00+00:00",
        "needs_acknowledgement": True, "audience": "TEAM", "team": floor["north"].pk,
    }  # fmt: skip
    made = api.post("/api/v1/news-entries/", given)
    assert made.status_code == 201, made.json()
    url = f"/api/v1/news-entries/{made.json()['id']}/"
    etag = api.get(url)["ETag"]
    changed = api.patch(url, {"body": "Clean them."}, HTTP_IF_MATCH=etag)
    assert (changed.json()["number"], changed.json()["asks_from_number"]) == (2, 2)
    assert api.patch(url, {"body": "x"}, HTTP_IF_MATCH=etag).status_code == 412
    readers = api.get(f"{url}readers/").json()
    assert (readers["missing"], len(readers["results"])) == (2, 2)
    assert api.post(f"{url}remind/").json() == {"reminded": 2}
    assert error(api.post(f"{url}remind/"))[0] == 409
    assert [row["title"] for row in api.get("/api/v1/news-entries/").json()["results"]] == [
        "Headsets"
    ]
    assert api.delete(url, HTTP_IF_MATCH=api.get(url)["ETag"]).status_code == 204


def test_rest_tells_what_is_wrong_beside_its_field(planner):
    api = api_of(planner)
    given = {"title": "x", "starts_at": "2026-03-02T09:00:00+00:00", "audience": "TEAM"}
    assert error(api.post("/api/v1/news-entries/", given))[:2] == (400, "team")
    link = {"title": "x", "url": "https://wiki.example/"}
    assert error(api.post("/api/v1/knowledge-links/", link))[:2] == (400, "activity_code")


def test_rest_reads_and_acknowledges_ones_own(planner, floor):
    entry = write(planner, needs_acknowledgement=True)
    api = api_of(floor["ann"])
    (item,) = api.get("/api/v1/news/").json()["results"]
    assert (item["id"], item["version"], item["acknowledged_at"]) == (entry.pk, 1, None)
    url = f"/api/v1/news/{entry.pk}/acknowledge/"
    assert error(api.post(url, {"version": 9}))[0] == 409
    assert api.post(url, {"version": 1}).status_code == 200
    assert api.get("/api/v1/news/").json()["results"][0]["acknowledged_at"]


def test_rest_keeps_links_and_shows_those_that_help(planner, floor):
    api, code = api_of(planner), make_activity_code()
    made = api.post(
        "/api/v1/knowledge-links/",
        {"title": "Returns", "url": "https://wiki.example/r", "activity_code": code.pk},
    )
    url = f"/api/v1/knowledge-links/{made.json()['id']}/"
    etag = api.get(url)["ETag"]
    assert api.patch(url, {"place": 3}, HTTP_IF_MATCH=etag).json()["place"] == 3
    shown = api_of(floor["ann"]).get("/api/v1/knowledge/", {"activity_code": code.pk}).json()
    assert [link["title"] for link in shown["results"]] == ["Returns"]
    assert api.delete(url, HTTP_IF_MATCH=api.get(url)["ETag"]).status_code == 204


def test_rest_sends_a_message(floor):
    api = api_of(floor["tom"])
    url = "/api/v1/notices/messages/"
    sent = api.post(url, {"agents": [floor["ann"].agent_id], "text": "Call me."})
    assert (sent.status_code, sent.json()) == (201, {"notices": 1})
    assert error(api.post(url, {"agents": [floor["ben"].agent_id], "text": "x"}))[:2] == (
        400,
        "agents",
    )


def test_rest_lists_and_reads_ones_own_notices(floor):
    ann, tom = floor["ann"], floor["tom"]
    for text in ("One", "Two"):
        send_message(sender=tom, agent_ids=[ann.agent_id], text=text, at=now())
    api = api_of(ann)
    rows = api.get("/api/v1/notices/").json()["results"]
    assert [row["body"] for row in rows] == ["Two", "One"]
    first = {"ids": [rows[1]["id"]]}
    assert api.post("/api/v1/notices/read/", first).json() == {"marked": 1, "unread": 1}
    unread = api.get("/api/v1/notices/", {"unread": "true"}).json()["results"]
    assert [row["body"] for row in unread] == ["Two"]
    assert api.post("/api/v1/notices/read/", {}).json() == {"marked": 1, "unread": 0}
    assert api_of(tom).get(f"/api/v1/notices/{rows[0]['id']}/").status_code == 404


def test_rest_keeps_what_one_hears_of(floor):
    api = api_of(floor["ann"])
    url = "/api/v1/notices/choices/"
    family = {"family": "news", "on_page": True, "by_email": True, "by_webhook": False}
    kept = api.put(
        url, {"families": [family], "quiet_from_minute": 1320, "quiet_until_minute": 420}
    ).json()
    assert family in kept["families"]
    assert api.get(url).json() == kept
    assert kept["quiet_from_minute"] == 1320
    half = {"families": [], "quiet_from_minute": 1320, "quiet_until_minute": None}
    assert error(api.put(url, half))[:2] == (400, "quiet_until_minute")
    same = {"families": [], "quiet_from_minute": 60, "quiet_until_minute": 60}
    assert "different times" in error(api.put(url, same))[2]
    unknown = {
        "families": [family | {"family": "x"}],
        "quiet_from_minute": None,
        "quiet_until_minute": None,
    }
    assert "Unknown kind" in error(api.put(url, unknown))[2]
    none = api.put(url, {"families": [], "quiet_from_minute": None, "quiet_until_minute": None})
    assert none.json()["quiet_from_minute"] is None


def test_a_key_is_no_person(planner):
    from tests.factories.reporting import make_key  # noqa: PLC0415 - only here

    key = make_key(client=None, scopes=["metric.view", "news.edit"])
    api = APIClient(HTTP_AUTHORIZATION=f"Bearer {key.text}")
    assert api.get("/api/v1/notices/").json()["results"] == []
    assert error(api.get("/api/v1/notices/choices/"))[0] == 409
    given = {"title": "x", "starts_at": "2026-03-02T09:00:00+00:00"}
    assert error(api.post("/api/v1/news-entries/", given))[0] == 409
