"""Two people at once: an override while the draft is being published or written."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from forecasting import queries
from forecasting.computations.queue_forecast import forecast_queue
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval, ForecastRun
from forecasting.services import (
    OverrideChange,
    create_override,
    publish_forecast,
    save_outcomes,
)
from tests.factories.org import make_queue
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 20


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue(interval_minutes=60)
        add_history(queue)
    return queue


@pytest.fixture
def draft(queue):
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=3)
    finish(run.job)
    return run


class Beside:
    """A function in a thread of its own, with a connection of its own."""

    def __init__(self, act):
        self.error = None

        def work():
            try:
                with system_tenant():
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_backend_pid()")
                        (self.backend,) = cursor.fetchone()
                    self.began.set()
                    act()
            except Exception as error:  # noqa: BLE001 - looked at by the test
                self.error = error
            finally:
                connection.close()

        self.began = threading.Event()
        self.thread = threading.Thread(target=work)
        self.thread.start()
        assert self.began.wait(WAIT_SECONDS)

    def waits_for_a_lock(self):
        """Whether it stands before a lock of ours, or has already gone by."""
        for _attempt in range(WAIT_SECONDS * 20):
            with connection.cursor() as cursor:
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [self.backend])
                if cursor.fetchone()[0]:
                    return True
            self.thread.join(0.05)
            if not self.thread.is_alive():
                return False
        raise AssertionError("It neither ends nor waits.")

    def ends(self):
        self.thread.join(WAIT_SECONDS)
        assert not self.thread.is_alive()
        assert self.error is None, self.error


def doubled(queue):
    return create_override(
        queue=queue,
        change=OverrideChange(kind="SCALE", value=2),
        starts_at=ORIGIN,
        ends_at=ORIGIN + timedelta(days=1),
        reason="campaign",
        created_by=None,
    )


def factor(run):
    """Final over system's contacts of the first day."""
    with system_tenant():
        rows = ForecastInterval.objects.filter(run=run, starts_at__lt=ORIGIN + timedelta(days=1))
        return sum(row.final_mean for row in rows) / sum(row.mean for row in rows)


def test_an_override_waits_for_a_publication_and_leaves_what_is_final(queue, draft):
    with system_tenant():
        run = ForecastRun.objects.select_related("job").get(pk=draft.pk)
        publish_forecast(run=run, published_at=ORIGIN, published_by=None)
        override = Beside(lambda: doubled(queue))
        assert override.waits_for_a_lock()
    override.ends()
    assert factor(draft) == pytest.approx(1)
    with system_tenant():
        assert queries.override_data(
            queue, starts_at=ORIGIN, ends_at=ORIGIN + timedelta(days=1)
        )  # logged: it counts from the next forecast on


def test_a_publication_waits_for_an_override_and_holds_it(queue, draft):
    def publish():
        run = ForecastRun.objects.select_related("job").get(pk=draft.pk)
        publish_forecast(run=run, published_at=ORIGIN, published_by=None)

    with system_tenant():
        doubled(queue)
        publication = Beside(publish)
        assert publication.waits_for_a_lock()
    publication.ends()
    assert factor(draft) == pytest.approx(2)
    with system_tenant():
        assert ForecastRun.objects.get(pk=draft.pk).is_published


def test_an_override_made_while_a_run_is_written_finds_the_run(queue):
    """Read before the override, committed after it: without waiting the draft would miss it."""
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=3)
        made = forecast_queue(queue, origin_at=ORIGIN, days=3)
    with system_tenant(), transaction.atomic():
        save_outcomes(run=run, outcomes=[(queue, made)])
        override = Beside(lambda: doubled(queue))
        assert override.waits_for_a_lock()
    override.ends()
    assert factor(run) == pytest.approx(2)
