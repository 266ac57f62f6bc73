"""Pools: which queues the same people serve; made, changed and seen."""

from threading import Event, Thread
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction

from staffing.models import Pool, PoolQueue
from staffing.services import (
    PoolSettings,
    UnableToChangePool,
    change_pool,
    create_pool,
    delete_pool,
)
from tests.factories.org import make_client, make_deferred_queue, make_queue
from tests.factories.staffing import make_pool
from wfm.org.access import Access
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tables():
    with system_tenant():
        yield


@pytest.fixture
def voice(tables):
    return make_queue(name="Voice")


@pytest.fixture
def mail(tables):
    return make_deferred_queue(name="Mail")


def order_of(pool):
    members = PoolQueue.objects.filter(pool=pool).order_by("priority")
    return list(members.values_list("queue__name", "priority"))


def test_the_first_queue_is_served_first(voice, mail):
    pool = create_pool(settings=PoolSettings("Front desk"), queues=[voice, mail])

    assert order_of(pool) == [("Voice", 1), ("Mail", 2)]
    assert (pool.max_occupancy_rate, pool.live_give_rate) == (0.85, 0.005)


def test_a_change_puts_the_queues_in_their_new_order(voice, mail):
    pool = make_pool(voice, mail)
    chat = make_queue(name="Chat")

    change_pool(
        pool=pool,
        settings=PoolSettings("Desk", 0.9, 0.004, deferred_in_order=True),
        queues=[chat, voice],
    )

    pool.refresh_from_db()
    assert order_of(pool) == [("Chat", 1), ("Voice", 2)]
    assert (pool.name, pool.max_occupancy_rate, pool.live_give_rate) == ("Desk", 0.9, 0.004)
    assert pool.deferred_in_order


def test_the_audit_tells_who_joined_and_left(voice, mail):
    pool = make_pool(voice, mail)
    change_pool(pool=pool, settings=PoolSettings(pool.name), queues=[voice, make_queue()])
    delete_pool(pool=pool)

    events = PoolQueue.pgh_event_model.objects.filter(pgh_obj_id__isnull=False)
    assert sorted(events.values_list("pgh_label", flat=True)) == ["delete"] * 3 + ["insert"] * 3
    assert Pool.pgh_event_model.objects.filter(pgh_label="delete").count() == 1


def test_a_queue_is_in_one_pool(voice, mail):
    make_pool(voice, mail, name="First")

    with pytest.raises(UnableToChangePool, match="Voice is in the pool “First” already"):
        create_pool(settings=PoolSettings("Second"), queues=[voice, make_queue()])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "cannot be blank"),
        ({"name": "Taken"}, "already exists"),
        ({"max_occupancy_rate": 0.0}, "above 0, at most 1"),
        ({"max_occupancy_rate": 1.01}, "above 0, at most 1"),
        ({"live_give_rate": -0.001}, "0 to 0.5 points"),
        ({"live_give_rate": 0.0051}, "0 to 0.5 points"),
    ],
)
def test_settings_out_of_range_are_refused(voice, mail, change, sentence):
    make_pool(name="Taken")

    with pytest.raises(UnableToChangePool, match=sentence):
        create_pool(settings=PoolSettings(**{"name": "Desk"} | change), queues=[voice, mail])


@pytest.mark.django_db(transaction=True)
def test_a_queue_put_into_two_pools_at_once_is_refused_with_a_sentence():
    """Another connection has put it into its pool, and not yet committed when we look."""
    with system_tenant():
        voice, mail, chat = make_queue(name="Voice"), make_deferred_queue(), make_queue()
    taken, looked, refused = Event(), Event(), []

    def put_into_other():
        try:
            with system_tenant(), transaction.atomic():
                create_pool(settings=PoolSettings("First"), queues=[voice, mail])
                taken.set()
                looked.wait(60)
        finally:
            connection.close()

    other = Thread(target=put_into_other)
    other.start()
    assert taken.wait(60)
    with system_tenant(), patch.object(Pool, "full_clean", autospec=True) as clean:
        # The second planner has looked and found nothing: the first one may commit now.
        clean.side_effect = lambda *_args, **_named: looked.set()
        try:
            create_pool(settings=PoolSettings("Second"), queues=[voice, chat])
        except UnableToChangePool as error:
            refused.append(str(error))
    other.join(60)
    assert len(refused) == 1
    assert "Somebody has just put one of these queues into another pool" in refused[0]
    with system_tenant():
        assert order_of(Pool.objects.get()) == [("Voice", 1), (mail.name, 2)]


def test_one_queue_is_no_pool(voice):
    with pytest.raises(UnableToChangePool, match="at least two queues"):
        create_pool(settings=PoolSettings("Desk"), queues=[voice])
    with pytest.raises(UnableToChangePool, match="once"):
        create_pool(settings=PoolSettings("Desk"), queues=[voice, voice])


def test_intervals_of_different_length_are_refused(voice):
    hourly = make_queue(interval_minutes=60)

    with pytest.raises(UnableToChangePool, match="intervals of 15, 60 minutes"):
        create_pool(settings=PoolSettings("Desk"), queues=[voice, hourly])


class TestWhoSeesIt:
    @pytest.fixture
    def clients(self, tables):
        bank, insurer = make_client(name="Bank"), make_client(name="Insurer")
        of_bank = [make_queue(client=bank) for _ in range(2)]
        make_pool(*of_bank, name="Of the bank")
        make_pool(make_queue(client=bank), make_queue(client=insurer), name="Of both")
        return bank, insurer

    def access(self, *clients, is_internal=True):
        return Access(
            client_ids=frozenset(client.pk for client in clients), is_internal=is_internal
        )

    def test_a_pool_is_seen_where_all_its_queues_are(self, clients):
        bank, insurer = clients

        def seen(access):
            return set(Pool.objects.visible_to(access).values_list("name", flat=True))

        assert seen(self.access(bank)) == {"Of the bank"}
        assert seen(self.access(insurer)) == set()
        assert seen(self.access(bank, insurer)) == {"Of the bank", "Of both"}
        assert seen(self.access(bank, insurer, is_internal=False)) == set()

    def test_row_level_security_says_the_same(self, clients):
        bank, insurer = clients

        def seen(access):
            with tenant(access):
                members = PoolQueue.objects.count()
                return set(Pool.objects.values_list("name", flat=True)), members

        assert seen(self.access(bank)) == ({"Of the bank"}, 2)
        assert seen(self.access(insurer)) == (set(), 0)
        assert seen(self.access(bank, insurer)) == ({"Of the bank", "Of both"}, 4)
        assert seen(self.access(bank, insurer, is_internal=False)) == (set(), 0)

    def test_a_queue_of_another_client_cannot_be_pooled(self, clients):
        bank, insurer = clients
        strange = make_queue(client=insurer)
        pool = Pool.objects.get(name="Of the bank")
        with (
            tenant(self.access(bank)),
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
        ):
            PoolQueue.objects.create(pool=pool, queue=strange, priority=3)
