"""Jobs of these tests run in the test's own process."""

import pytest


@pytest.fixture(autouse=True)
def unrung(request, monkeypatch):
    """Let no worker be rung: tests run the handler themselves."""
    if "django_db" in request.keywords:
        monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
