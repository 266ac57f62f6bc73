"""The keeper's rows equal rows computed from nothing, whatever has happened in whatever order."""

import json
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from adherence.models import AdherenceException, AgentLive, FeedHeartbeat
from adherence.queries import agent_day
from adherence.services import (
    EventKind,
    IncomingEvent,
    Keeper,
    approve_exception,
    compute_live,
    ingest_events,
    mark_agents,
    withdraw_exception,
)
from adherence.services.live_rows import without_version
from scheduling.models import ShiftActivity
from tests.adherence.random_days import ZONES
from tests.adherence.random_rows import write_random_days
from wfm.org.tenancy import system_tenant

CHOSEN = (9, 10)  # a zone without clock changes and one with half hours, both in May


def rows_kept(ids):
    rows = AgentLive.objects.filter(agent__in=ids).values_list("agent_id", "row_json")
    return {agent_id: without_version(text)[0] for agent_id, text in rows}


def rows_anew(ids, at):
    return {row.agent_id: row.text for row in compute_live(agent_ids=ids, at=at)}


def differences(kept, anew):
    """(agent, field, kept, anew) of every field that differs."""
    rows = [(pk, json.loads(kept[pk] + "}"), json.loads(text + "}")) for pk, text in anew.items()]
    return [
        (pk, name, ours[name], theirs[name])
        for pk, ours, theirs in rows
        for name in theirs
        if ours[name] != theirs[name]
    ]


def heartbeats():
    """The heartbeats of all feeds as events; the rows go."""
    found = [
        (
            source,
            IncomingEvent(event_uid=f"beat-{pk}", occurred_at=heard_at, kind=EventKind.HEARTBEAT),
        )
        for pk, source, heard_at in FeedHeartbeat.objects.values_list(
            "pk", "feed__source", "heard_at"
        )
    ]
    FeedHeartbeat.objects.all().delete()
    return found


def arrivals_of(found, rng):
    """(arrival, source, event): most at once, some minutes or hours late, some twice."""
    arrivals = []
    for source, event in found:
        delay = rng.choice([0, 0, 0, 0, 1, 7, 90, 400, 4000, 50_000])
        arrivals.append((event.occurred_at + timedelta(seconds=int(delay)), source, event))
        if rng.random() < 0.1:
            arrivals.append((event.occurred_at + timedelta(seconds=60), source, event))
    return arrivals


def deliver(arrivals, after, at, rng):
    """Send what arrives in (after, at] in batches of random size and order."""
    batches = defaultdict(list)
    for arrival, source, event in arrivals:
        if after < arrival <= at:
            batches[source].append(event)
    for source, events in batches.items():
        rng.shuffle(events)
        size = int(rng.integers(1, 60))
        for start in range(0, len(events), size):
            ingest_events(events=events[start : start + size], source=source, received_at=at)


def act(people, at, rng):
    """Now and then someone approves or withdraws an exception, or moves a planned activity."""
    agent = people[int(rng.integers(len(people)))]
    if rng.random() < 0.3:
        starts_at = at - timedelta(minutes=int(rng.integers(-30, 60)))
        approve_exception(
            agent=agent,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=int(rng.integers(1, 90))),
            reason="random",
            approved_by=None,
            at=at,
        )
    elif rng.random() < 0.3:
        found = AdherenceException.objects.filter(agent=agent, status="APPROVED").first()
        if found is not None:
            withdraw_exception(exception=found, withdrawn_by=None, at=at)
    elif rng.random() < 0.5:
        rows = ShiftActivity.objects.filter(shift__agent=agent, ends_at__gt=at)
        own = rows.order_by("starts_at").first()
        if own is not None and own.ends_at - own.starts_at > timedelta(minutes=20):
            own.ends_at -= timedelta(minutes=10)
            own.save(update_fields=["ends_at"])
            mark_agents(agent_ids=[agent.pk], at=at)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [5, 6])
def test_rows_that_the_keeper_keeps_equal_rows_computed_from_nothing(redis_client, seed):
    """A day of random agents: late and doubled events, silences, exceptions, moved breaks.

    One keeper goes on for the whole day with what it remembers, over a UTC midnight.
    """
    rng = np.random.default_rng(seed)
    with system_tenant():
        people, events = write_random_days(seed=seed, agents=48, days=3)
        chosen = [agent for index, agent in enumerate(people) if index % len(ZONES) in CHOSEN]
        ids, numbers = [agent.pk for agent in chosen], {agent.employee_number for agent in chosen}
        at = datetime.combine(ZONES[9][1] + timedelta(days=1), time(4), UTC)
        found = [("acd", event) for event in events if event.agent_key in numbers]
        arrivals = arrivals_of(found + heartbeats(), rng)
        deliver(arrivals, at - timedelta(days=3), at, rng)
        keeper = Keeper()
        while keeper.step(at=at).is_behind:
            pass
        flags = set()
        for _step in range(60):
            before, at = at, at + timedelta(seconds=int(rng.integers(1, 2400)))
            deliver(arrivals, before, at, rng)
            act(chosen, at, rng)
            while keeper.step(at=at).is_behind:
                pass
            anew = rows_anew(ids, at)
            assert differences(rows_kept(ids), anew) == [], at
            flags |= {text.split('"flag":"')[1].split('"')[0] for text in anew.values()}
            agree_with_the_day(ids, at)
    assert {"IN", "OUT", "OFF", "UNKNOWN"} <= flags


def agree_with_the_day(ids, at):
    """Who is out now is out in the sweep of the day, since the same second."""
    for agent_id, since in AgentLive.objects.filter(agent__in=ids, flag="OUT").values_list(
        "agent_id", "flag_since"
    ):
        last = agent_day(agent_id=agent_id, at=at).stretches[-1]
        assert (last.starts_at, last.counts) == (since, True)
