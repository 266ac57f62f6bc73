"""The page of a queue tells error from chance, judges each override, and quotes the code's numbers."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasting.core import backtest, selection
from forecasting.core.data import ForecastParams
from forecasting.models import Override, OverrideScore
from forecasting.views import queue_accuracy
from tests.factories.org import make_user
from tests.forecasting.rows import ORIGIN, add_history
from tests.forecasting.test_snapshots import (
    DAY,
    frozen,
    override,
    published_at,
    queue_with_history,
    scored,
)
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
LAST = ORIGIN + 10 * DAY


@pytest.fixture
def judged(client):
    """A queue of ten judged days, one override that is judged and one that is not, and its page."""
    queue = queue_with_history()
    run = frozen(queue)
    published_at(run, ORIGIN)
    override(queue, value=3, hours=(9, 12), created_at=ORIGIN, reason="Mailing")
    with system_tenant():
        add_history(queue, days=10, until=LAST)
        client.force_login(make_user("planner"))
    scored(until=LAST)
    with system_tenant():
        Override.objects.create(
            queue=queue, starts_at=LAST, ends_at=LAST + DAY, kind="SCALE", value=1.1,
            reason="Campaign to come",
        )  # fmt: skip

    def page():
        with time_machine.travel(LAST, tick=False):
            return client.get(
                reverse("forecast-queue", args=[run.pk, queue.pk]),
                {"from": "2026-03-16", "to": "2026-03-29"},
            )

    return page


def cells(answer, marker):
    """Texts of the cells of the first table row that holds this text."""
    text = answer.content.decode()
    row = next(part.split("</tr>")[0] for part in text.split("<tr") if marker in part)
    return [part.split("</td>")[0].split(">", 1)[1] for part in row.split("<td")[1:]]


def test_accuracy_by_horizon_stands_beside_chance_and_over_dispersion(judged):
    answer = judged()
    rows = answer.context["realized"]
    assert [str(row["horizon"]) for row in rows] == [
        "next day", "days 2–7", "days 8–14", "all horizons",
    ]  # fmt: skip
    shown = cells(answer, '<th scope="row">days 2–7')
    score = rows[1]["score"]
    assert 0 < score.noise_floor < score.wape
    assert shown[2] == f"{100 * score.noise_floor:.1f}\u202f%"
    assert shown[3] == f"{100 * score.improvable:.1f}\u202f%"
    assert shown[4] == f"{score.dispersion:.3f}"
    total = rows[-1]["score"]
    assert total.noise == pytest.approx(sum(row["score"].noise for row in rows[:-1]))
    page = answer.content.decode()
    for key in ("noise_floor", "dispersion", "override_gain"):
        assert f'data-metric="{key}"' in page


def test_the_log_says_what_each_override_did(judged):
    answer = judged()
    with system_tenant():
        score = OverrideScore.objects.get()
    assert score.gain < 0
    shown = cells(answer, "<td>Mailing</td>")
    assert shown[6:8] == [
        f"{100 * score.wape_with:.1f}\u202f%",
        f"{100 * score.wape_without:.1f}\u202f%",
    ]
    assert shown[8].startswith("\u2212")
    assert "did harm" in shown[9]
    to_come = cells(answer, "<td>Campaign to come</td>")
    assert to_come[6:9] == ["–"] * 3
    assert "not judged yet" in to_come[9]
    assert "0 of 1 helped" in answer.content.decode()


def test_more_overrides_ask_no_more_queries(judged):
    judged()
    with CaptureQueriesContext(connection) as few:
        judged()
    with system_tenant():
        queue = Override.objects.first().queue
        for hour in range(3):
            start = ORIGIN + timedelta(hours=hour)
            Override.objects.create(
                queue=queue, starts_at=start, ends_at=LAST, kind="SCALE", value=1, reason="More"
            )
    with CaptureQueriesContext(connection) as many:
        judged()
    assert len(many) == len(few)


def test_the_page_quotes_the_constants_of_the_code(judged, monkeypatch):
    words = (
        f"up to {ForecastParams().backtest_origins} origins of the last "
        f"{backtest.BACKTEST_SPAN_DAYS // 7} weeks"
    )
    margin = f"at least {round(100 * (1 - selection.SWITCH_MARGIN))}\u202f% better"
    page = judged().content.decode()
    assert words in page
    assert margin in page
    assert "last 8 weeks as they were frozen" in page
    assert "Each but today" in page
    monkeypatch.setattr(queue_accuracy, "SWITCH_MARGIN", 0.7)
    assert "at least 30\u202f% better" in judged().content.decode()


def test_no_page_says_that_a_sample_cannot_lie_below_the_noise_floor(client):
    queue = queue_with_history()
    run = frozen(queue)
    published_at(run, ORIGIN)
    with system_tenant():
        client.force_login(make_user("planner"))
    with time_machine.travel(ORIGIN, tick=False):
        for address in (reverse("forecast"), reverse("forecast-run", args=[run.pk])):
            page = client.get(address).content.decode()
            assert "on average no forecast does" in page
            assert "last 16 weeks" in page
            assert "no forecast can fall" not in page
