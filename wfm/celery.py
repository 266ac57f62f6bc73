"""The Celery application. Celery is the doorbell; the truth about each job is in PostgreSQL."""

import os

from celery import Celery
from celery.signals import beat_embedded_init, worker_init, worker_process_init
from django.conf import settings

from wfm.env import require
from wfm.launcher.spawn import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfm.settings")

app = Celery("wfm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["wfm"], related_name="pipeline")
app.autodiscover_tasks(["wfm.intraday", "wfm.briefing"])


@worker_process_init.connect
@beat_embedded_init.connect
def end_with_the_worker(**_: object) -> None:
    """Let no process of a killed worker go on: its jobs have new owners, beat has a new one."""
    die_with_parent()


@worker_init.connect
def _require_environment(**_: object) -> None:
    """Refuse to start a worker that could reach neither database nor broker."""
    require(settings.REQUIRED_ENVIRONMENT)
