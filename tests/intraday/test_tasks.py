"""What beat rings: the tasks are registered under the names in the settings, and run."""

import pytest
from django.conf import settings
from django.core import mail

from adherence.models import Alert, EventFeed
from tests.factories.intraday import NOON
from wfm.celery import app
from wfm.org.tenancy import system_tenant


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("entry", ["intraday-watch", "briefing-send-due"])
def test_beat_rings_a_task_that_runs_twice_without_harm(entry):
    app.loader.import_default_modules()
    with system_tenant():
        EventFeed.objects.create(source="acd", silence_limit_seconds=60, last_heard_at=NOON)
    task = app.tasks[settings.CELERY_BEAT_SCHEDULE[entry]["task"]]
    for _ in range(2):
        task.apply(throw=True)
    with system_tenant():
        assert Alert.objects.open().count() == (1 if entry == "intraday-watch" else 0)
    assert mail.outbox == []
