"""The scope in the URL: what the page looks at, and never a stranger's rows."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.http import Http404
from django.test import RequestFactory

from tests.factories import org
from wfm.org.tenancy import system_tenant
from wfm.web.scope import page_scope

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


def scope_of(user, query="", **kwargs):
    request = RequestFactory().get(f"/history/?{query}")
    request.user = user
    return page_scope(request, **{"fields": ("queue", "period")} | kwargs)


@pytest.fixture
def planner():
    return org.make_user("planner")


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("day", date(2026, 11, 22), date(2026, 11, 22)),
        ("week", date(2026, 11, 16), date(2026, 11, 22)),
        ("next_week", date(2026, 11, 23), date(2026, 11, 29)),
        ("last_4_weeks", date(2026, 10, 19), date(2026, 11, 15)),
        ("month", date(2026, 11, 1), date(2026, 11, 30)),
    ],
)
@time_machine.travel(SUNDAY, tick=False)
def test_without_a_period_the_page_has_its_own(planner, period, first, last):
    scope = scope_of(planner, default_period=period)

    assert (scope.starts_on, scope.ends_on) == (first, last)


@time_machine.travel(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), tick=False)
def test_today_is_the_queue_s_own_day(planner):
    shanghai = org.make_queue(timezone="Asia/Shanghai")

    assert scope_of(planner, f"queue={shanghai.pk}", default_period="day").starts_on == date(
        2026, 11, 23
    )


def test_the_period_of_the_url_wins_and_may_be_reversed(planner):
    scope = scope_of(planner, "from=2026-11-20&to=2026-11-18")

    assert (scope.starts_on, scope.ends_on, scope.days) == (
        date(2026, 11, 18),
        date(2026, 11, 20),
        3,
    )
    assert scope.query() == "from=2026-11-18&to=2026-11-20"
    assert scope.previous_query == "from=2026-11-15&to=2026-11-17"
    assert scope.next_query == "from=2026-11-21&to=2026-11-23"


def test_a_day_of_25_hours_is_25_hours_long(planner):
    toronto = org.make_queue(timezone="America/Toronto")

    scope = scope_of(planner, f"queue={toronto.pk}&from=2026-11-01")

    assert scope.timezone == "America/Toronto"
    assert scope.ends_at.timestamp() - scope.starts_at.timestamp() == 25 * 3600


@pytest.mark.parametrize(
    "query", ["from=2026-13-01", "to=tomorrow", "queue=x", "queue=0", "queue=99999999999999999999"]
)
def test_nonsense_in_the_url_is_a_404(planner, query):
    with pytest.raises(Http404):
        scope_of(planner, query)


def test_a_stranger_s_queue_is_a_404():
    own, stranger = org.make_queue(), org.make_queue()
    user = org.make_user("client", client=own.client)

    assert scope_of(user, f"queue={own.pk}").queue == own
    with pytest.raises(Http404):
        scope_of(user, f"queue={stranger.pk}")


def test_the_choices_are_what_the_person_may_see():
    own, _stranger = org.make_queue(), org.make_queue()
    user = org.make_user("client", client=own.client)

    (choice,) = scope_of(user).choices

    assert choice["options"] == [own]


def test_a_field_that_nobody_knows_is_a_programming_error(planner):
    with pytest.raises(ValueError, match="Unknown scope fields"):
        scope_of(planner, fields=("galaxy",))
