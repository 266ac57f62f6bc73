"""`manage.py check_adherence`: the stored days against PostgreSQL's own computation."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from adherence.models import AdherenceDay
from adherence.services import recompute_days
from tests.factories.adherence import make_event


@pytest.fixture
def final_days(centre):
    make_event(centre.agent, centre.start + timedelta(minutes=12), centre.codes["work"])
    day = centre.start.date()
    recompute_days(
        agent_ids=[centre.agent.pk, centre.stranger.pk],
        first_date=day,
        last_date=day,
        at=centre.start + timedelta(days=2),
    )
    return day.isoformat()


def check(day):
    out = StringIO()
    call_command("check_adherence", day, day, stdout=out)
    return out.getvalue()


def test_right_days_agree(final_days):
    assert check(final_days) == "2 final days agree to the second.\n"


def test_one_wrong_second_is_found(centre, final_days):
    stored = AdherenceDay.objects.get(agent=centre.agent)
    AdherenceDay.objects.filter(pk=stored.pk).update(out_seconds=stored.out_seconds + 1)
    with pytest.raises(CommandError, match="1 figures differ in 2 final days"):
        check(final_days)
