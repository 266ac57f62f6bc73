"""The feed of changes: each once, in order, none lost to a transaction that ends late."""

import os
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from django.db import connection, transaction
from django.utils.timezone import now
from rest_framework.test import APIClient

from tests.factories.org import make_client, make_user
from tests.factories.reporting import make_key
from tests.services.urls import with_database
from wfm.integration.models import Change, ChangeFeedState
from wfm.integration.queries.change_feed import (
    CursorTooOld,
    FeedCursor,
    UnreadableCursor,
    feed_end,
    held_back_since,
    read_changes,
)
from wfm.integration.services import record_change
from wfm.integration.services.changes import adopt_restored_changes, clear_changes
from wfm.org.access import NOBODY
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db(transaction=True)


def record(key, *, kind="schedule.published", client=None, **payload):
    with system_tenant():
        record_change(kind=kind, key=key, payload=payload, client_id=client and client.pk)


def keys_after(cursor=None, *, limit=100, kinds=None):
    with system_tenant():
        page = read_changes(changes=Change.objects.all(), after=cursor, limit=limit, kinds=kinds)
    return [change.key for change in page.changes], page.cursor, page.has_more


class OpenTransaction:
    """A second connection in a transaction that stays open until the block ends."""

    def __init__(self, act):
        self.act, self.begun, self.may_end = act, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            with system_tenant():
                self.act()
                self.begun.set()
                assert self.may_end.wait(30)
        finally:
            self.begun.set()
            connection.close()

    def __enter__(self):
        self.thread.start()
        assert self.begun.wait(30)
        return self

    def __exit__(self, *error):
        self.end()

    def end(self):
        self.may_end.set()
        self.thread.join()


def record_here(key):
    record_change(kind="schedule.published", key=key, payload={})


def test_a_transaction_of_another_test_is_waited_for():
    """In another database of the server, as the other worker's tests are."""
    elsewhere = psycopg2.connect(with_database(os.environ["DATABASE_URL"], "postgres"))
    with closing(elsewhere), elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        record("a")
        ending = threading.Timer(1, elsewhere.rollback)
        ending.start()
        assert keys_after()[0] == ["a"]
        ending.join()


def test_changes_come_once_and_in_order():
    for key in ("a", "b", "c"):
        record(key)
    first, cursor, has_more = keys_after(limit=2)
    rest, cursor, more = keys_after(cursor)
    assert (first, has_more, rest, more) == (["a", "b"], True, ["c"], False)
    record("d")
    assert keys_after(cursor)[0] == ["d"]


def test_what_is_rolled_back_never_happened():
    with system_tenant():
        record_here("undone")
        transaction.set_rollback(True)
    assert keys_after()[0] == []


def test_a_change_needs_the_transaction_of_what_it_tells():
    with pytest.raises(RuntimeError, match="needs the transaction"):
        record_here("a")


@pytest.mark.parametrize(
    ("kind", "key"), [("", "a"), ("x.y", ""), ("x" * 61, "a"), ("x", "a" * 121)]
)
def test_a_change_without_a_proper_name_is_refused(kind, key):
    with system_tenant(), pytest.raises(ValueError, match="Expected a kind"):
        record_change(kind=kind, key=key, payload={})


def test_a_reader_waits_for_a_transaction_that_began_first_and_loses_nothing():
    """A cursor by number or time would pass over the row that is committed last."""
    with OpenTransaction(lambda: record_here("slow")) as slow:
        record("fast")
        before, cursor, _more = keys_after()
        slow.end()
        after, _cursor, _more = keys_after(cursor)
    assert (before, after) == ([], ["slow", "fast"])


def test_a_thing_changed_again_by_an_older_transaction_is_told_in_the_order_of_its_changes():
    """The later change of a thing comes later, though its transaction began first."""

    def begin():
        record_here("other")  # the transaction has its number from here on

    changed = threading.Event()

    def begin_then_change():
        begin()
        slow.begun.set()
        assert changed.wait(30)
        record_here("thing")

    slow = OpenTransaction(begin_then_change)
    with slow:
        with system_tenant():
            record_change(kind="schedule.published", key="thing", payload={"state": 1})
        changed.set()
        slow.end()
    with system_tenant():
        page = read_changes(changes=Change.objects.filter(key="thing"), after=None, limit=10)
    assert [change.payload for change in page.changes] == [{"state": 1}, {}]


def test_a_cursor_moves_on_past_what_does_not_match():
    record("a", kind="request.decided")
    record("b", kind="schedule.changed")
    found, cursor, _more = keys_after(kinds=["schedule.*"])
    record("c", kind="schedule.published")
    record("d", kind="request.decided")
    assert (found, keys_after(cursor, kinds=["schedule.published"])[0]) == (["b"], ["c"])


def test_a_cursor_survives_its_text_and_nonsense_does_not():
    cursor = FeedCursor(2**40, 17)
    assert FeedCursor.from_text(cursor.as_text()) == cursor
    for text in ("x", "1.2.3", "é", "MS4xLg", "A" * 5, FeedCursor(2**63, 1).as_text()):
        with pytest.raises(UnreadableCursor, match="is no cursor"):
            FeedCursor.from_text(text)


def test_a_long_transaction_is_told_as_held_back():
    with OpenTransaction(lambda: record_here("slow")):
        record("waits")
        with system_tenant():
            changes = Change.objects.all()
            recorded = changes.get(key="waits").at
            assert held_back_since(changes, at=recorded + timedelta(seconds=4)) is None
            told = held_back_since(changes, at=recorded + timedelta(seconds=60))
    assert told == recorded
    with system_tenant():
        assert held_back_since(Change.objects.all(), at=now() + timedelta(hours=1)) is None


def test_who_reads_nothing_can_still_record():
    with tenant(NOBODY):
        record_change(kind="report.ready", key="report:1", payload={})
        assert not Change.objects.exists()
    assert keys_after()[0] == ["report:1"]


# -- retention ------------------------------------------------------------------------------------


def test_old_changes_go_and_a_cursor_before_them_is_told_so(settings):
    settings.CHANGE_RETENTION_DAYS = 30
    start = FeedCursor()
    record("old")
    with system_tenant():
        Change.objects.update(at=now() - timedelta(days=31))
    _found, at_old, _more = keys_after()
    record("new")
    with system_tenant():
        assert clear_changes(at=now()) == 1
        assert clear_changes(at=now()) == 0
    assert keys_after()[0] == ["new"]
    assert keys_after(at_old)[0] == ["new"]
    with system_tenant(), pytest.raises(CursorTooOld, match="no longer kept"):
        read_changes(changes=Change.objects.all(), after=start, limit=1)


def test_clearing_keeps_what_a_running_transaction_may_come_before(settings):
    settings.CHANGE_RETENTION_DAYS = 1
    with OpenTransaction(lambda: record_here("slow")):
        record("behind")
        with system_tenant():
            assert clear_changes(at=now() + timedelta(days=3)) == 0
    with system_tenant():
        assert clear_changes(at=now() + timedelta(days=3)) == 2


def test_changes_of_a_restored_database_do_not_hide_what_comes_now():
    record("restored")
    with system_tenant():
        Change.objects.update(position=2**50)
        ChangeFeedState.objects.create(pk=1, cleared_position=2**49, cleared_id=1)
        assert adopt_restored_changes() == 1
        assert adopt_restored_changes() == 0
    record("new")
    assert keys_after()[0] == ["restored", "new"]
    with system_tenant(), pytest.raises(CursorTooOld, match="another database"):
        read_changes(changes=Change.objects.all(), after=FeedCursor(2**50, 3), limit=1)


# -- REST -----------------------------------------------------------------------------------------


@pytest.fixture
def planner_api():
    api = APIClient()
    with system_tenant():
        api.force_login(make_user("planner"))
    return api


def test_rest_pages_through_the_feed(planner_api):
    for key in ("a", "b", "c"):
        record(key, number=1)
    first = planner_api.get("/api/v1/changes/", {"page_size": 2}).json()
    rest = planner_api.get("/api/v1/changes/", {"since": first["cursor"]}).json()
    assert [row["key"] for row in first["results"]] == ["a", "b"]
    assert (first["has_more"], rest["has_more"], rest["held_back_since"]) == (True, False, None)
    assert rest["results"][0] | {"id": 0, "at": ""} == {
        "id": 0, "kind": "schedule.published", "key": "c", "payload": {"number": 1},
        "client": None, "at": "",
    }  # fmt: skip
    assert planner_api.get("/api/v1/changes/", {"since": rest["cursor"]}).json()["results"] == []


def test_rest_begins_now_where_asked(planner_api):
    record("before")
    now_on = planner_api.get("/api/v1/changes/", {"since": "now"}).json()
    record("after")
    later = planner_api.get("/api/v1/changes/", {"since": now_on["cursor"]}).json()
    assert (now_on["results"], [row["key"] for row in later["results"]]) == ([], ["after"])


def test_rest_says_since_when_changes_are_held_back(planner_api):
    with OpenTransaction(lambda: record_here("slow")):
        record("waits")
        with system_tenant():
            Change.objects.update(at=datetime(2026, 3, 2, 9, tzinfo=UTC))
        answer = planner_api.get("/api/v1/changes/").json()
    assert (answer["results"], answer["held_back_since"]) == ([], "2026-03-02T09:00:00Z")


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"since": "nonsense"}, "since"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "x"}, "page_size"),
    ],
)
def test_rest_refuses_what_it_cannot_read(planner_api, query, attr):
    answer = planner_api.get("/api/v1/changes/", query)
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, attr)


def test_rest_answers_410_for_a_cursor_older_than_what_is_kept(planner_api):
    record("old")
    old = FeedCursor(1, 1).as_text()
    with system_tenant():
        ChangeFeedState.objects.create(pk=1, cleared_position=feed_end().position, cleared_id=1)
    answer = planner_api.get("/api/v1/changes/", {"since": old})
    assert answer.status_code == 410
    assert "no longer kept" in answer.json()["errors"][0]["detail"]


def test_a_clients_key_reads_its_own_changes_and_no_others():
    with system_tenant():
        own, other = make_client(), make_client()
        key = make_key(client=own, scopes=["webhook.view"])
        planner = make_user("planner", client=own)
    record("own", client=own)
    record("other", client=other)
    record("internal")
    of_key, of_planner = APIClient(HTTP_AUTHORIZATION=f"Bearer {key.text}"), APIClient()
    of_planner.force_login(planner)

    def seen(api):
        return [row["key"] for row in api.get("/api/v1/changes/").json()["results"]]

    assert (seen(of_key), seen(of_planner)) == (["own"], ["own", "internal"])


def test_a_role_without_the_permission_reads_nothing():
    with system_tenant():
        agent = make_user("agent")
        record_change(kind="news.published", key="news:1", payload={})
        assert not Change.objects.visible_to(agent).exists()
        assert not Change.objects.visible_to(NOBODY).exists()


def test_transactions_inside_one_transaction_keep_their_order():
    with system_tenant():
        record_here("a")
        with transaction.atomic():
            record_here("b")
        record_here("c")
    assert keys_after()[0] == ["a", "b", "c"]
