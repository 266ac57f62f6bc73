"""National holidays of a queue: set on its page, met again in its forecast."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from forecasting.computations.holiday_input import holiday_input
from forecasting.jobs import start_forecast
from forecasting.models import ForecastInterval
from forecasting.queries import holiday_name
from forecasting.services import UnableToSetSpecialDay, set_holiday_codes, set_special_day
from tests.factories.org import make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.org.models import Queue
from wfm.org.national import validate_codes
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
GOOD_FRIDAY = date(2026, 4, 3)


@pytest.fixture
def queue():
    with system_tenant():
        return make_queue(
            name="Cards", interval_minutes=30, opening=((540, 1020),), timezone="Europe/London"
        )


def messages_of(answer):
    return [str(message) for message in answer.context["messages"]]


def test_the_calendar_of_a_queue_is_set_shown_and_taken_away(planner, queue):
    address = reverse("holidays-set", args=[queue.pk])
    answer = planner.post(address, {"codes": " gb-wls , at"}, follow=True)
    assert messages_of(answer) == ["The next forecast knows the holidays of GB-WLS, AT."]
    assert len(answer.context["next_holidays"]) == 4
    page = answer.content.decode()
    assert answer.context["next_holidays"][0].kind.split(" ")[0] in page
    assert 'value="GB-WLS,AT"' in page
    answer = planner.post(address, {"codes": ""}, follow=True)
    assert messages_of(answer) == ["The next forecast knows no national holidays."]
    assert "takes holidays for ordinary days" in answer.content.decode()


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("ZZ", "'ZZ' is no country"),
        ("US-QQ", "US has no subdivision 'QQ'"),
        ("GB," * 40, "at most 80 characters"),
    ],
)
def test_a_calendar_that_is_none_is_refused_with_a_sentence(planner, queue, codes, words):
    answer = planner.post(reverse("holidays-set", args=[queue.pk]), {"codes": codes}, follow=True)
    assert words in messages_of(answer)[0]
    with system_tenant():
        assert Queue.objects.get().holiday_codes == ""


def test_only_those_who_may_edit_the_history_set_calendars(client, queue):
    with system_tenant():
        client.force_login(make_user("agent"))
    assert client.post(reverse("holidays-set", args=[queue.pk]), {"codes": "GB"}).status_code == 403


def test_the_admin_refuses_what_names_no_calendar():
    validate_codes("")
    validate_codes("US-NY,CA")
    with pytest.raises(ValidationError, match="is no country"):
        validate_codes("Germany")


def test_the_service_refuses_too_long_a_list(queue):
    with system_tenant(), pytest.raises(UnableToSetSpecialDay, match="at most 80 characters"):
        set_holiday_codes(queue=queue, codes=",".join(["US-NY"] * 20))


def test_a_planners_day_goes_before_the_holiday_of_its_date(queue):
    with system_tenant():
        set_holiday_codes(queue=queue, codes="GB-WLS")
        set_special_day(queue=queue, on_date=GOOD_FRIDAY, kind="SCALED", name="Sale", factor=2)
        found = holiday_input(
            [queue], first_date=date(2026, 3, 2), history_days=28, horizon_days=14
        )
    assert [(item.on_date.day, item.kind, item.is_holiday) for item in found.special[0]] == [
        (3, "Sale", False), (6, "Easter Monday", True),
    ]  # fmt: skip
    assert holiday_name(queue, date(2026, 4, 6)) == "Easter Monday"
    assert holiday_name(queue, date(2026, 4, 7)) == ""


def test_a_queue_without_a_calendar_has_no_holidays(queue):
    with system_tenant():
        found = holiday_input(
            [queue], first_date=date(2026, 3, 2), history_days=28, horizon_days=14
        )
    assert found.special == [[]]
    assert not found.make_up[0].sources


def test_past_make_up_workdays_are_not_learnt_from_and_those_ahead_are_copied(queue):
    with system_tenant():
        set_holiday_codes(queue=queue, codes="CN")
        found = holiday_input(
            [queue], first_date=date(2024, 1, 22), history_days=21, horizon_days=21
        )
    kinds = {item.on_date: item.kind for item in found.special[0]}
    assert kinds[date(2024, 2, 4)] == "make-up workday"
    assert date(2024, 2, 18) not in kinds
    # Sunday 18 February is worked for Friday 16th and like Friday 23rd.
    assert found.make_up[0].sources == {6: 11}


def daily_means(run, queue):
    with system_tenant():
        rows = ForecastInterval.objects.filter(run=run, queue=queue)
        found = {}
        for starts_at, mean in rows.values_list("starts_at", "mean"):
            found[starts_at.date()] = found.get(starts_at.date(), 0) + mean
    return found


def test_a_holiday_of_the_past_is_met_again_in_the_forecast(queue):
    """Good Friday of last year brought a fifth; this year's lies ahead, elsewhere in the year."""
    last_years = date(2025, 4, 18)
    with system_tenant():
        add_history(queue, days=400)
        noon = ORIGIN.replace(hour=0) - (ORIGIN.date() - last_years - timedelta(days=1))
        add_history(queue, days=1, until=noon, per_interval=4.0)
        set_holiday_codes(queue=queue, codes="GB-WLS")
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=28)
    finish(run.job)
    means = daily_means(run, queue)
    assert means[GOOD_FRIDAY] < 0.5 * means[GOOD_FRIDAY - timedelta(days=7)]
    assert means[GOOD_FRIDAY + timedelta(days=7)] == pytest.approx(
        means[GOOD_FRIDAY - timedelta(days=7)], rel=0.1
    )


CALENDARS = "/api/v1/forecasting/holiday-calendars/"


def test_rest_sets_shows_and_takes_away_the_calendar_of_a_queue(planner, queue):
    """What the page can do, a system can do, too."""
    body = {"queue": queue.pk, "codes": " gb-wls , at"}
    answer = planner.post(CALENDARS, body, content_type="application/json")
    assert answer.status_code == 201
    with system_tenant():
        assert Queue.objects.get().holiday_codes == "GB-WLS,AT"
    found = planner.get(f"{CALENDARS}{queue.pk}/").json()
    assert (found["queue"], found["codes"]) == (queue.pk, "GB-WLS,AT")
    assert len(found["next_holidays"]) == 4
    assert found["next_holidays"] == answer.json()["next_holidays"]
    planner.post(CALENDARS, body | {"codes": ""}, content_type="application/json")
    found = planner.get(f"{CALENDARS}{queue.pk}/").json()
    assert (found["codes"], found["next_holidays"]) == ("", [])


def test_rest_refuses_what_names_no_calendar(planner, queue):
    body = {"queue": queue.pk, "codes": "ZZ"}
    answer = planner.post(CALENDARS, body, content_type="application/json")
    assert answer.status_code == 400
    assert "'ZZ' is no country" in answer.content.decode()
    with system_tenant():
        assert Queue.objects.get().holiday_codes == ""


def test_rest_keeps_calendars_from_those_who_may_not_edit_the_history(client, queue):
    with system_tenant():
        client.force_login(make_user("agent"))
    body = {"queue": queue.pk, "codes": "GB"}
    assert client.post(CALENDARS, body, content_type="application/json").status_code == 403


def test_rest_makes_a_special_day_ordinary_again(planner, queue):
    with system_tenant():
        day = set_special_day(
            queue=queue, on_date=GOOD_FRIDAY, kind="SCALED", name="Sale", factor=2
        )
    address = f"/api/v1/forecasting/special-days/{day.pk}/"
    assert planner.delete(address).status_code == 204
    assert planner.get(address).status_code == 404
