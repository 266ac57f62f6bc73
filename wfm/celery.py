"""The Celery application. Celery is the doorbell; the truth about each job is in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfm.settings")

app = Celery("wfm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
