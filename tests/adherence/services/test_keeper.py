"""What the keeper does beyond its rows: epochs, what seldom changes, being killed in between."""

from datetime import timedelta

import pytest
import redis

from adherence.models import AgentLive, LiveMark
from adherence.services import (
    Keeper,
    changes_since,
    ingest_events,
    keep_once,
    mark_agents,
)
from adherence.services.bus import NOWHERE, announce
from adherence.services.incoming import IncomingEvent
from adherence.services.live_rows import without_version
from tests.factories.adherence import make_event
from tests.factories.org import make_activity_code, make_agent, make_team
from wfm.org.models import ActivityCode, Agent, AgentAssignment


@pytest.fixture
def step(centre, django_capture_on_commit_callbacks):
    """Step a keeper at a minute of the plan; announcements are made after the commit."""

    def run(keeper, minutes):
        with django_capture_on_commit_callbacks(execute=True):
            return keeper.step(at=centre.start + timedelta(minutes=minutes))

    return run


def cursor():
    found = changes_since(epoch="", version=0)
    return {"epoch": found.epoch, "version": found.version}


def tap(centre, minutes, code="work"):
    event = IncomingEvent(
        event_uid=f"e{minutes}",
        agent_id=centre.agent.pk,
        occurred_at=centre.start + timedelta(minutes=minutes),
        code=code,
    )
    ingest_events(events=[event], source="acd", received_at=event.occurred_at)


def text_of(agent):
    return AgentLive.objects.get(agent=agent).row_json


def test_a_reader_is_told_of_what_has_changed_since(centre, step):
    keeper = Keeper()
    step(keeper, 1)
    before = cursor()
    assert changes_since(**before).agent_ids == frozenset()
    tap(centre, 2)
    step(keeper, 2)
    assert changes_since(**before).agent_ids == {centre.agent.pk}


def test_a_keeper_killed_before_it_announced_leaves_no_reader_behind(centre, step):
    """The rows are committed, nobody is told; the next keeper begins a new epoch."""
    keeper = Keeper()
    step(keeper, 1)
    before = cursor()
    tap(centre, 2)
    keeper.step(at=centre.start + timedelta(minutes=2))  # its commit is not followed by anything
    assert AgentLive.objects.get(agent=centre.agent).activity_code == centre.codes["work"]
    assert changes_since(**before).agent_ids == frozenset()
    step(Keeper(), 3)
    assert changes_since(**before).agent_ids is None


def test_a_redis_without_its_last_second_begins_a_new_epoch(centre, step, redis_client):
    keeper = Keeper()
    step(keeper, 1)
    tap(centre, 2)
    before = cursor()
    step(keeper, 2)
    after = cursor()
    redis_client.set("adherence:live:version", before["version"])  # an older file was restored
    tap(centre, 3, "break")
    step(keeper, 3)
    assert changes_since(**after).agent_ids is None
    assert changes_since(**before).agent_ids is None


def test_an_emptied_redis_begins_a_new_epoch(centre, step, redis_client):
    keeper = Keeper()
    step(keeper, 1)
    before = cursor()
    redis_client.flushdb()
    tap(centre, 2)
    step(keeper, 2)
    assert cursor()["epoch"] not in {"", before["epoch"]}


def test_while_redis_is_away_the_rows_go_on(centre, step, monkeypatch, caplog):
    keeper = Keeper()
    step(keeper, 1)
    before = cursor()

    def refuse(*_arguments, **_more):
        raise redis.ConnectionError("refused")

    with monkeypatch.context() as away:
        away.setattr("adherence.services.keeper.announce", refuse)
        tap(centre, 2)
        step(keeper, 2)
    assert "viewers will read anew" in caplog.text
    assert AgentLive.objects.get(agent=centre.agent).activity_code == centre.codes["work"]
    step(keeper, 3)  # nothing has changed, but viewers must be told
    assert changes_since(**before).agent_ids is None


def test_large_changes_are_told_in_several_messages(redis_client):
    place = announce(dict.fromkeys(range(1, 1001), "{}"), place=NOWHERE)
    assert place.version == 3
    assert changes_since(epoch=place.epoch, version=1).agent_ids == set(range(401, 1001))


def test_a_code_added_a_second_ago_is_known(centre, step):
    keeper = Keeper()
    step(keeper, 1)
    make_activity_code(key="huddle", name="Huddle")
    tap(centre, 2, "huddle")
    step(keeper, 2)
    assert '"state":{"key":"huddle","name":"Huddle"' in text_of(centre.agent)


def test_new_names_teams_and_limits_arrive_with_the_next_look(centre, step):
    make_event(centre.agent, centre.start, centre.codes["work"])
    keeper = Keeper()
    step(keeper, 1)
    Agent.objects.filter(pk=centre.agent.pk).update(name="Zhou Ying")
    team = make_team(name="Night shift")
    AgentAssignment.objects.filter(agent=centre.stranger).update(team=team)
    ActivityCode.objects.filter(key="work").update(name="On the queue")
    newcomer = make_agent(team=centre.team)
    keeper.reread(at=centre.start + timedelta(minutes=2))
    assert step(keeper, 2).changed == 3
    assert '"name":"Zhou Ying"' in text_of(centre.agent)
    assert '"name":"On the queue"' in text_of(centre.agent)
    assert '"team":"Night shift"' in text_of(centre.stranger)
    assert AgentLive.objects.get(agent=centre.stranger).team == team
    assert AgentLive.objects.filter(agent=newcomer).exists()


def test_an_agent_who_is_deleted_is_forgotten(centre, step):
    agent = make_agent()
    keeper = Keeper()
    step(keeper, 1)
    mark_agents(agent_ids=[agent.pk], at=centre.start)
    agent.delete()
    assert step(keeper, 20).refreshed >= 1
    assert not AgentLive.objects.filter(agent_id=agent.pk).exists()


def test_more_than_one_step_takes_is_taken_in_several(centre, step, monkeypatch):
    monkeypatch.setattr("adherence.services.keeper.DUE_PER_STEP", 1)
    keeper = Keeper()
    assert step(keeper, 1).is_behind
    assert not step(keeper, 1).is_behind
    assert AgentLive.objects.count() == 2


def test_after_a_failure_a_keeper_begins_with_what_is_stored(centre, step):
    keeper = Keeper()
    step(keeper, 1)
    text, version = without_version(text_of(centre.agent))
    keeper.forget_everything()
    step(keeper, 1)
    assert without_version(text_of(centre.agent)) == (text, version)


def test_marks_go_with_the_step(centre):
    tap(centre, 1)
    assert LiveMark.objects.count() == 1
    keep_once(at=centre.start + timedelta(minutes=1))
    assert LiveMark.objects.count() == 0
