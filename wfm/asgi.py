"""The live process: `/live/` only. Pages and API are served by wfm.wsgi."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfm.settings")
django.setup()

from adherence.live import LiveApplication  # noqa: E402 - the apps must be ready first

application = LiveApplication()
