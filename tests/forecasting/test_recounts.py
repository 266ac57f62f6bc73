"""Files of contacts never lower what is recorded: they add what can be proven, or are refused."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from forecasting.jobs import start_import
from forecasting.models import ContactRecord, IntervalActual
from forecasting.services import ActualRow, create_import, record_actuals
from forecasting.services.contacts import forget_contacts
from tests.factories.org import make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, finish
from tests.forecasting.test_repeats import contacts_of, upload
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
LATE = ORIGIN - timedelta(days=39) + timedelta(hours=5, seconds=1)
LAST = ORIGIN - timedelta(days=1) + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def queue():
    with system_tenant():
        return make_queue(name="Cards", interval_minutes=60)


def counts(queue):
    with system_tenant():
        return dict(IntervalActual.objects.filter(queue=queue).values_list("starts_at", "offered"))


def forget(before):
    with system_tenant():
        return forget_contacts(before=before, limit=10**6)


def messages_of(batch):
    with system_tenant():
        return " ".join(batch.findings.values_list("message", flat=True))


def test_a_late_contact_of_forgotten_days_is_refused_and_nothing_is_lost(queue):
    upload(contacts_of(days=40), queue)
    before = counts(queue)
    assert forget(ORIGIN - timedelta(days=20)) > 1000
    _job, batch = upload([(LATE, "late"), (LAST, "last")], queue)
    assert batch.status == "REFUSED"
    said = messages_of(batch)
    assert "Cards: the single contacts behind 1 interval from 2026-02-05 to 2026-02-05" in said
    assert "Leave these days out of the file" in said
    assert counts(queue) == before
    _job, batch = upload([(LAST, "last")], queue)
    assert batch.status == "DONE"
    hour = LAST.replace(second=0)
    assert counts(queue) == before | {hour: before[hour] + 1}


def test_a_check_says_that_a_file_will_be_refused(queue):
    upload(contacts_of(days=3), queue)
    forget(ORIGIN)
    late = ORIGIN - timedelta(hours=20)
    _job, batch = upload([(late, "late")], queue, apply=False)
    assert batch.status == "REFUSED"
    assert "are deleted" in messages_of(batch)


def test_two_halves_of_a_period_add_up_while_contacts_are_kept(queue):
    contacts = contacts_of(days=10)
    upload(contacts[::2], queue)
    upload(contacts[1::2], queue)
    assert sum(counts(queue).values()) == len(contacts)


def test_the_second_half_of_a_period_is_refused_once_the_first_is_forgotten(queue):
    contacts = contacts_of(days=10)
    upload(contacts[::2], queue)
    before = counts(queue)
    forget(ORIGIN)
    _job, batch = upload(contacts[1::2], queue)
    assert batch.status == "REFUSED"
    assert counts(queue) == before
    with system_tenant():
        assert not ContactRecord.objects.exists()


def test_the_whole_file_again_after_forgetting_brings_the_contacts_back(queue):
    contacts = contacts_of(days=5)
    upload(contacts, queue)
    before = counts(queue)
    forget(ORIGIN)
    _job, batch = upload(contacts, queue)
    assert batch.status == "DONE"
    assert counts(queue) == before
    with system_tenant():
        assert ContactRecord.objects.count() == len(contacts)


def test_counts_of_another_source_stay_and_the_check_says_so(queue):
    """Two contacts over forty days of ordinary rows: the rows are the truth."""
    with system_tenant():
        add_history(queue, days=40)
    before = counts(queue)
    contacts = [(LATE, "a"), (LAST, "b")]
    _job, batch = upload(contacts, queue, apply=False)
    assert batch.status == "CHECKED"
    said = "Cards: 2 intervals from 2026-02-05 to 2026-03-15 keep their counts, which came"
    assert said in messages_of(batch)
    _job, batch = upload(contacts, queue)
    assert batch.status == "DONE"
    assert counts(queue) == before
    with system_tenant():
        assert ContactRecord.objects.count() == 2


def test_a_zero_of_another_source_stays(queue):
    """The contact centre's own count says that nobody called; a file of contacts does not overrule."""
    start = LATE.replace(minute=0, second=0)
    with system_tenant():
        record_actuals(rows=[ActualRow(queue.pk, start, 0)])
    _job, batch = upload([(LATE, "a")], queue)
    assert batch.status == "DONE"
    assert counts(queue)[start] == 0


def test_rows_of_another_source_after_the_first_contact_stay(queue):
    """Contacts that are kept prove nothing about later rows, which came over REST."""
    upload([(LATE - timedelta(days=2), "early")], queue)
    start = LATE.replace(minute=0, second=0)
    with system_tenant():
        rows = [ActualRow(queue.pk, start + timedelta(hours=h), 30) for h in range(48)]
        record_actuals(rows=rows)
    before = counts(queue)
    upload([(LATE, "a"), (LATE + timedelta(hours=40), "b")], queue)
    assert counts(queue) == before


def test_the_check_names_intervals_that_are_new_and_that_change(queue, client):
    contacts = [(LATE, "a"), (LATE + timedelta(minutes=1), "b")]
    upload(contacts, queue)
    more = [(LATE + timedelta(minutes=2), "c"), (LATE + timedelta(hours=1), "d")]
    lines = ["timestamp,queue,customer"]
    lines += [f"{at:%Y-%m-%d %H:%M:%S},Cards,{who}" for at, who in more]
    file = SimpleUploadedFile("more.csv", "\n".join(lines).encode())
    with system_tenant():
        planner = make_user("planner")
        batch = create_import(upload=file, kind="CONTACTS", queue=None, created_by=planner)
        batch = start_import(batch=batch, apply=False, created_by=planner)
    finish(batch.job)
    with system_tenant():
        client.force_login(planner)
    page = client.get(reverse("history-import", args=[batch.pk])).content.decode()
    assert "Cards: 1 interval gets its first count." in page
    assert "Cards: 1 interval changes from 2 to 3 contacts." in page
    assert list(counts(queue).values()) == [2]
