"""Customers who call again: from a file of contacts to a split forecast."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from forecasting import queries
from forecasting.core.wall_clock import WallClockGrid
from forecasting.jobs import start_forecast, start_import, start_scoring
from forecasting.models import (
    ContactRecord,
    ForecastInterval,
    ForecastQueueResult,
    ImportBatch,
    IntervalActual,
)
from forecasting.services import create_import
from forecasting.services.import_files import stored_file
from tests.factories.org import make_client, make_deferred_queue, make_queue, make_user
from tests.forecasting.customers import first_contacts
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.jobs.models import JobStatus
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = 56


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def contacts_of(seed=2, per_hour=8, days=DAYS):
    """(when, customer): three of ten customers call again one to three days later."""
    rng = np.random.default_rng(seed)
    found = []
    for hour in range(days * 24):
        for _ in range(rng.poisson(per_hour)):
            at = (
                ORIGIN
                - timedelta(days=days)
                + timedelta(hours=hour, seconds=int(rng.integers(3600)))
            )
            customer = f"customer {len(found)}"
            found.append((at, customer))
            if rng.random() < 0.3:
                again = at + timedelta(hours=float(rng.uniform(20, 70)))
                if again < ORIGIN:
                    found.append((again, customer))
    return found


def upload(contacts, queue, *, apply=True, header="timestamp,queue,customer"):
    """Import contacts from a file on the queue's wall clock."""
    zone = ZoneInfo(queue.timezone)
    lines = [header] + [
        f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S},{queue.name},{customer}"
        for at, customer in contacts
    ]
    file = SimpleUploadedFile("contacts.csv", "\n".join(lines).encode())
    with system_tenant():
        batch = create_import(upload=file, kind="CONTACTS", queue=None, created_by=None)
        batch = start_import(batch=batch, apply=apply, created_by=None)
    job = finish(batch.job)
    with system_tenant():
        batch = ImportBatch.objects.get(pk=batch.pk)
        return job, batch


@pytest.fixture
def queue():
    with system_tenant():
        return make_queue(name="Cards", interval_minutes=60)


def made(queue, days=14):
    with system_tenant():
        run = start_forecast(
            queues=[queue], origin_at=ORIGIN, created_by=None, days=days, publish_when_done=True
        )
    finish(run.job)
    return run


def test_a_file_of_contacts_becomes_intervals_and_hashed_customers(queue):
    contacts = contacts_of(days=3)
    job, batch = upload(contacts, queue)
    assert job.status == JobStatus.SUCCEEDED
    assert (batch.status, batch.inserted_count) == ("DONE", len(contacts))
    with system_tenant():
        rows = IntervalActual.objects.filter(queue=queue)
        assert sum(rows.values_list("offered", flat=True)) == len(contacts)
        assert rows.count() == 72
        kept = list(ContactRecord.objects.values_list("customer_hash", flat=True))
    assert len({bytes(item) for item in kept}) == len({customer for _at, customer in contacts})
    assert all(len(item) == 16 for item in kept)
    assert not any(b"customer" in bytes(item) for item in kept)


def hashes_of(queue):
    with system_tenant():
        kept = ContactRecord.objects.filter(queue=queue).values_list("customer_hash", flat=True)
        return {bytes(item) for item in kept}


def test_a_customer_of_two_clients_has_two_hashes():
    """Their rows cannot be joined; two queues of one client share the customer."""
    with system_tenant():
        bank = make_client()
        cards = make_queue(name="Cards", client=bank, interval_minutes=60)
        loans = make_queue(name="Loans", client=bank, interval_minutes=60)
        shop = make_queue(name="Shop", interval_minutes=60)
    for queue in (cards, loans, shop):
        upload([(ORIGIN - timedelta(days=1), "ann@example.com")], queue)
    assert hashes_of(cards) == hashes_of(loans)
    assert len(hashes_of(cards) | hashes_of(shop)) == 2


def test_the_hashes_have_a_key_of_their_own(queue, settings):
    """A new key for sessions leaves them; another contact key makes others."""
    upload([(ORIGIN - timedelta(days=1), "ann")], queue)
    first = hashes_of(queue)
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key-50"
    upload([(ORIGIN - timedelta(days=2), "ann")], queue)
    assert hashes_of(queue) == first
    settings.CONTACT_KEY = "another-key-another-key-another-key-another-key-60"
    upload([(ORIGIN - timedelta(days=3), "ann")], queue)
    assert len(hashes_of(queue)) == 2


def test_the_night_deletes_old_contacts_in_batches_and_keeps_their_counts(
    queue, settings, monkeypatch
):
    settings.CONTACT_RETENTION_DAYS = 60
    handler = import_module("forecasting.computations.score_snapshots")
    monkeypatch.setattr(handler, "CONTACTS_PER_STEP", 100)
    contacts = contacts_of(days=3)
    upload(contacts, queue)
    at = ORIGIN + timedelta(days=59)
    old = [moment for moment, _who in contacts if moment < at - timedelta(days=60)]
    assert len(contacts) > len(old) > 100
    with system_tenant():
        counts = list(
            IntervalActual.objects.order_by("starts_at").values_list("offered", flat=True)
        )
        job = start_scoring(first=at.date(), last=at.date(), at=at)
    assert finish(job).result["contacts_forgotten"] == len(old)
    with system_tenant():
        assert ContactRecord.objects.count() == len(contacts) - len(old)
        after = IntervalActual.objects.order_by("starts_at").values_list("offered", flat=True)
        assert list(after) == counts


def test_contacts_of_the_old_key_are_deleted_and_their_counts_stay(queue):
    contacts = contacts_of(days=1)
    upload(contacts, queue)
    module = import_module("forecasting.migrations.0010_forget_contacts_of_the_old_key")
    (forget,) = module.Migration.operations
    with system_tenant(), connection.cursor() as cursor:
        cursor.execute(forget.sql)
        assert not ContactRecord.objects.exists()
    upload(contacts, queue)
    with system_tenant():
        rows = IntervalActual.objects.filter(queue=queue)
        assert sum(rows.values_list("offered", flat=True)) == len(contacts)


def test_volumes_from_before_the_contacts_that_are_kept_count_as_unknown(queue):
    """Half of the volumes have no contacts any more: those days are no days without first calls."""
    upload(contacts_of(), queue)
    whole = share_of_repeats(made(queue))
    with system_tenant():
        before = ORIGIN - timedelta(days=DAYS // 2)
        ContactRecord.objects.filter(arrived_at__lt=before).delete()
    assert share_of_repeats(made(queue)) == pytest.approx(whole, abs=0.02)


def share_of_repeats(run):
    with system_tenant():
        rows = list(ForecastInterval.objects.filter(run=run))
    return sum(row.repeat_mean for row in rows) / sum(row.mean for row in rows)


def test_the_uploaded_file_is_not_kept(queue):
    _job, batch = upload(contacts_of(days=1), queue)
    path = stored_file(batch.stored_path)
    assert not path.exists()
    assert not any(b"customer 1" in file.read_bytes() for file in _files(path.parent))


def _files(folder):
    return [file for file in Path(folder).rglob("*") if file.is_file()]


def test_the_same_contacts_twice_change_nothing(queue):
    contacts = contacts_of(days=2)
    upload(contacts, queue)
    _job, again = upload(contacts, queue)
    assert again.status == "UNCHANGED"
    with system_tenant():
        assert ContactRecord.objects.count() == len(contacts)


def test_files_that_share_an_interval_add_up(queue):
    contacts = sorted(contacts_of(days=1))
    middle = len(contacts) // 2
    upload(contacts[:middle], queue)
    upload(contacts[middle:], queue)
    with system_tenant():
        rows = IntervalActual.objects.filter(queue=queue)
        assert sum(rows.values_list("offered", flat=True)) == len(contacts)


def test_an_open_hour_without_contacts_is_a_zero_and_a_closed_one_has_no_row():
    with system_tenant():
        queue = make_queue(interval_minutes=60, opening=((540, 1020),))
    start = ORIGIN - timedelta(days=2)
    upload([(start + timedelta(hours=h), f"c{h}") for h in (9, 13, 34)], queue)
    with system_tenant():
        rows = dict(IntervalActual.objects.filter(queue=queue).values_list("starts_at", "offered"))
    hours = {int((at - start).total_seconds() // 3600): count for at, count in rows.items()}
    assert hours == {9: 1, 10: 0, 11: 0, 12: 0, 13: 1, 14: 0, 15: 0, 16: 0, 33: 0, 34: 1}


def test_only_a_check_records_nothing(queue):
    _job, batch = upload(contacts_of(days=1), queue, apply=False)
    assert batch.status == "CHECKED"
    with system_tenant():
        assert not ContactRecord.objects.exists()
        assert not IntervalActual.objects.exists()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2026-03-01 10:00:00,Cards,", "incomplete"),
        ("2026-03-01 10:00:00,Nowhere,a", "unknown_queue"),
        ("2126-03-01 10:00:00,Cards,a", "future"),
    ],
)
def test_a_wrong_line_refuses_the_file(queue, line, code):
    text = f"timestamp,queue,customer\n2026-03-01 09:00:00,Cards,a\n{line}\n"
    file = SimpleUploadedFile("contacts.csv", text.encode())
    with system_tenant():
        batch = create_import(upload=file, kind="CONTACTS", queue=None, created_by=None)
        start_import(batch=batch, apply=True, created_by=None)
        job = batch.job
    finish(job)
    with system_tenant():
        batch = ImportBatch.objects.get(pk=batch.pk)
        assert batch.status == "REFUSED"
        assert list(batch.findings.values_list("code", flat=True)) == [code]
        assert not ContactRecord.objects.exists()


def test_deferred_work_has_items_not_contacts():
    with system_tenant():
        queue = make_deferred_queue(name="Claims")
    _job, batch = upload([(ORIGIN - timedelta(days=1), "a")], queue)
    assert batch.status == "REFUSED"


def test_a_file_without_customers_is_refused_by_name(queue):
    with system_tenant():
        file = SimpleUploadedFile("contacts.csv", b"timestamp,queue\n2026-03-01 09:00,Cards\n")
        batch = create_import(upload=file, kind="CONTACTS", queue=None, created_by=None)
        start_import(batch=batch, apply=True, created_by=None)
        job = batch.job
    assert "Choose the column with customer." in finish(job).error


@pytest.mark.parametrize(
    ("status", "days", "is_kept"),
    [("UPLOADED", 2, False), ("CHECKED", 2, False), ("REFUSED", 2, False), ("CHECKED", 0.5, True)],
)
def test_the_night_discards_files_of_contacts_that_were_never_recorded(
    queue, status, days, is_kept
):
    file = SimpleUploadedFile("contacts.csv", b"timestamp,queue,customer\n2026-03-01 09:00,Cards,a")
    with system_tenant():
        batch = create_import(upload=file, kind="CONTACTS", queue=None, created_by=None)
        other = create_import(upload=SimpleUploadedFile("days.csv", b"date,queue,offered\n2026-03-01,Cards,4"),
                              kind="INTERVALS", queue=None, created_by=None)  # fmt: skip
        ImportBatch.objects.filter(pk=batch.pk).update(status=status)
        at = batch.created_at + timedelta(days=days)
        job = start_scoring(first=at.date(), last=at.date(), at=at, created_by=None)
    assert finish(job).result["contact_files_discarded"] == (not is_kept)
    assert stored_file(batch.stored_path).exists() == is_kept
    assert stored_file(other.stored_path).exists()


@pytest.mark.parametrize(
    ("contacts", "firsts", "lags"),
    [
        ([(1, 0), (1, 3)], 1, [3]),
        ([(1, 0), (2, 3)], 2, []),
        ([(1, 0), (1, 7)], 1, [7]),  # the window's last day counts
        ([(1, 0), (1, 8)], 2, []),
        ([(1, 0), (1, 6), (1, 12)], 1, [6, 12]),  # a chain has one beginning
        ([(1, 9), (1, 0), (1, 4)], 1, [4, 9]),  # in any order
        ([], 0, []),
    ],
)
def test_a_repeat_follows_a_contact_of_the_same_customer_within_the_window(
    queue, contacts, firsts, lags
):
    start = ORIGIN - timedelta(days=20)
    rows = [
        ContactRecord(
            queue=queue, arrived_at=start + timedelta(days=day), customer_hash=bytes([customer])
        )
        for customer, day in contacts
    ]
    grid = WallClockGrid(start.date(), 20, ZoneInfo(queue.timezone), 60)
    with system_tenant():
        ContactRecord.objects.bulk_create(rows)
        found = queries.contact_split(queue, grid=grid, before=ORIGIN, window_days=7)
    assert (found.first.sum(), found.repeat.sum()) == (firsts, len(lags))
    assert np.flatnonzero(found.lag_counts).tolist() == lags


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_the_database_splits_contacts_as_one_does_by_hand(zone):
    with system_tenant():
        queue = make_queue(interval_minutes=60, timezone=zone)
    contacts = contacts_of(days=20, per_hour=3)
    upload(contacts, queue)
    whole = [(customer, moment.replace(microsecond=0)) for moment, customer in contacts]
    roots = first_contacts(whole, window=timedelta(days=7))
    is_repeat = roots != np.arange(roots.size)
    first = (ORIGIN - timedelta(days=21)).date()
    grid = WallClockGrid(first, 22, ZoneInfo(zone), 60)
    with system_tenant():
        found = queries.contact_split(queue, grid=grid, before=ORIGIN, window_days=7)
    assert found.repeat.sum() == is_repeat.sum() > 100
    assert found.first.sum() == (~is_repeat).sum()
    local = np.array(
        [(moment.astimezone(ZoneInfo(zone)).date() - first).days for moment, _ in contacts]
    )
    lags = (local - local[roots])[is_repeat]
    assert found.lag_counts.tolist() == np.bincount(lags).tolist()


def test_first_and_repeat_contacts_add_up_to_the_forecast(queue):
    upload(contacts_of(), queue)
    run = made(queue)
    with system_tenant():
        rows = list(ForecastInterval.objects.filter(run=run, queue=queue))
        kept = ForecastQueueResult.objects.get(run=run).components["repeats"]
    assert len(rows) == 14 * 24
    assert all(0 <= row.repeat_mean <= row.mean for row in rows)
    repeats = sum(row.repeat_mean for row in rows)
    total = sum(row.mean for row in rows)
    assert total == pytest.approx(14 * 24 * 8 * 1.3, rel=0.05)
    assert repeats / total == pytest.approx(0.3 / 1.3, abs=0.02)
    assert kept["repeats_per_first"] == pytest.approx(0.3, abs=0.02)
    assert 1 <= kept["first_day"] <= kept["last_day"] <= 3


def test_a_queue_whose_customers_are_unknown_has_no_split(queue):
    with system_tenant():
        add_history(queue)
    run = made(queue)
    with system_tenant():
        row = ForecastInterval.objects.filter(run=run).first()
        assert row.repeat_mean is None
        assert ForecastQueueResult.objects.get(run=run).components["repeats"] is None


def test_page_and_rest_show_the_split(client, queue):
    upload(contacts_of(), queue)
    run = made(queue)
    with system_tenant():
        client.force_login(make_user("planner"))
    page = client.get(
        reverse("forecast-queue", args=[run.pk, queue.pk]),
        {"from": "2026-03-16", "to": "2026-03-29", "day": "2026-03-18"},
    )
    text = page.content.decode()
    assert "Customers call again: each first contact brings 0.3" in text
    assert "repeat contacts" in text
    span = {"queue": queue.pk, "from": "2026-03-18", "to": "2026-03-18"}
    for row in client.get("/api/v1/forecasting/components/", span).json():
        assert row["first_mean"] + row["repeat_mean"] == pytest.approx(row["mean"], abs=1e-9)
        assert row["repeat_mean"] > 0
