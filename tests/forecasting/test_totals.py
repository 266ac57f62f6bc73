"""Queue, channel, client and site: sums that add up, bands that know the queues move together."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasting import queries
from forecasting.jobs import start_forecast
from forecasting.services import ActualRow, OverrideChange, create_override, record_actuals
from tests.factories.org import make_client, make_queue, make_site, make_work_type
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
MICRO = 1_000_000
FIRST, LAST = ORIGIN.date(), ORIGIN.date() + timedelta(days=6)
PERIOD = {"from": FIRST.isoformat(), "to": LAST.isoformat()}


def published(*queues, days=8):
    with system_tenant():
        run = start_forecast(
            queues=list(queues),
            origin_at=ORIGIN,
            created_by=None,
            days=days,
            publish_when_done=True,
        )
    finish(run.job)
    return run


@pytest.fixture
def operation():
    """Seven queues of two sites (one has none), two clients, two channels, three zones."""
    with system_tenant():
        bank, shop = make_client(name="Bank"), make_client(name="Shop")
        north, south = make_site(name="North"), make_site(name="South")
        voice = make_work_type(name="Calls", channel="VOICE")
        chat = make_work_type(name="Chats", channel="CHAT")
        parts = [
            (bank, north, voice, {}),
            (bank, north, voice, {"timezone": "Asia/Kolkata"}),
            (bank, north, chat, {"interval_minutes": 15}),
            (bank, south, voice, {"interval_minutes": 60}),
            (shop, south, voice, {"timezone": "America/Toronto"}),
            (shop, south, chat, {}),
            (shop, None, chat, {}),
        ]
        queues = []
        for number, (client, site, work, fields) in enumerate(parts):
            options = {"interval_minutes": 30} | fields
            queue = make_queue(client=client, site=site, work_type=work, **options)
            add_history(queue, seed=number, per_interval=5 + 3.3 * number)
            queues.append(queue)
        create_override(
            queue=queues[0],
            change=OverrideChange(kind="SCALE", value=1.1),
            starts_at=ORIGIN + timedelta(hours=9),
            ends_at=ORIGIN + timedelta(hours=12),
            reason="mailing",
            created_by=None,
        )
    published(*queues)
    return queues


def found(queues, *, by_day):
    with system_tenant():
        known = Queue.objects.select_related("work_type").filter(
            pk__in=[queue.pk for queue in queues]
        )
        return queries.totals(
            list(known), levels=queries.LEVELS, first_date=FIRST, last_date=LAST, by_day=by_day
        )


def micro(values):
    """Whole millionths: what is compared exactly."""
    return np.rint(np.asarray(values) * MICRO).astype(int).tolist()


@pytest.mark.parametrize("by_day", [True, False])
@pytest.mark.parametrize("field", ["mean", "final_mean"])
def test_every_node_is_exactly_the_sum_of_the_nodes_below_it(operation, by_day, field):
    nodes = found(operation, by_day=by_day)
    for upper, lower in zip(queries.LEVELS, queries.LEVELS[1:], strict=False):
        depth = queries.LEVELS.index(upper)
        for parent in (item for item in nodes if item.node.level == upper):
            children = [
                item
                for item in nodes
                if item.node.level == lower
                and item.node[1 : depth + 1] == parent.node[1 : depth + 1]
            ]
            total = dict.fromkeys(parent.buckets.tolist(), 0)
            for child in children:
                for bucket, value in zip(
                    child.buckets.tolist(), micro(getattr(child, field)), strict=True
                ):
                    total[bucket] += value
            assert list(total.values()) == micro(getattr(parent, field))
            assert parent.queues == sum(child.queues for child in children)


def test_the_whole_is_the_sum_of_the_stored_intervals(operation):
    with system_tenant(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(round(final_mean::numeric, 6)) FROM forecasting_forecastinterval row"
            " JOIN org_queue queue ON queue.id = row.queue_id"
            " WHERE (starts_at AT TIME ZONE queue.timezone)::date BETWEEN %s AND %s",
            [FIRST, LAST],
        )
        stored = int(cursor.fetchone()[0] * MICRO)
    for by_day in (True, False):
        whole = next(item for item in found(operation, by_day=by_day) if item.node.level == "all")
        assert sum(micro(whole.final_mean)) == stored


def test_the_tree_holds_every_part_once(operation):
    count = dict.fromkeys(queries.LEVELS, 0)
    for item in found(operation, by_day=True):
        count[item.node.level] += 1
    assert count == {"all": 1, "site": 3, "client": 4, "channel": 6, "queue": 7}


def test_a_queue_by_interval_keeps_its_own_band(operation):
    queue = operation[0]
    (alone,) = [item for item in found(operation[:1], by_day=False) if item.node.level == "queue"]
    with system_tenant():
        series = queries.series_in_force(
            queue, starts_at=ORIGIN, ends_at=ORIGIN + timedelta(days=7)
        )
    assert alone.quantile_90 == pytest.approx(series.quantile_90)


def test_quantiles_of_shorter_intervals_are_not_added_up(operation):
    quarter_hours, hours = operation[2], operation[3]
    both = found([quarter_hours, hours], by_day=False)
    (summed,) = [item for item in both if item.node.queue_id == quarter_hours.pk]
    (alone,) = [item for item in found([quarter_hours], by_day=False) if item.node.level == "queue"]
    added = alone.quantile_90.reshape(-1, 4).sum(axis=1)
    assert summed.mean == pytest.approx(alone.mean.reshape(-1, 4).sum(axis=1))
    assert not np.allclose(summed.quantile_90, added)
    assert (summed.quantile_90 > summed.mean).all()


def test_queues_that_move_together_have_a_wider_band():
    rng = np.random.default_rng(3)
    with system_tenant():
        groups = [[make_queue(interval_minutes=60) for _ in range(6)] for _ in range(2)]
        storms = rng.gamma(20, 1 / 20, 56)
        for is_shared, queues in zip((True, False), groups, strict=True):
            for queue in queues:
                days = storms if is_shared else rng.gamma(20, 1 / 20, 56)
                start = ORIGIN - timedelta(days=56)
                record_actuals(
                    rows=[
                        ActualRow(
                            queue.pk,
                            start + timedelta(hours=hour),
                            int(rng.poisson(40 * days[hour // 24])),
                        )
                        for hour in range(56 * 24)
                    ]
                )
    published(*groups[0], *groups[1])
    widths = []
    for queues in groups:
        whole = next(item for item in found(queues, by_day=True) if item.node.level == "all")
        parts = [item for item in found(queues, by_day=True) if item.node.level == "queue"]
        added = sum(item.quantile_90 - item.quantile_10 for item in parts).mean()
        width = (whole.quantile_90 - whole.quantile_10).mean()
        assert (whole.quantile_10 < whole.quantile_50).all()
        assert (whole.quantile_50 < whole.quantile_90).all()
        widths.append((width / whole.mean.mean(), width / added, whole.covariance))
    together, apart = widths
    assert together[0] > 1.5 * apart[0]
    assert apart[1] < 0.6  # six independent queues: about 1 / sqrt(6) of the added bands
    assert together[2] > 0.015
    assert apart[2] < 0.01


def test_totals_over_rest_add_up(planner, operation):
    def rows(**asked):
        answer = planner.get("/api/v1/forecasting/totals/", PERIOD | asked)
        assert answer.status_code == 200, answer.content
        return answer.json()

    by_level = {level: rows(level=level) for level in queries.LEVELS}
    sums = {level: sum(micro([row["mean"] for row in found])) for level, found in by_level.items()}
    assert len(set(sums.values())) == 1
    assert {row["date"] for row in by_level["all"]} == {
        (FIRST + timedelta(days=day)).isoformat() for day in range(7)
    }
    bank = operation[0].client_id
    assert {row["client"] for row in rows(level="client", client=bank)} == {bank}
    intervals = rows(level="site", step="interval")
    assert sum(micro([row["mean"] for row in intervals])) == sums["all"]
    assert all(row["quantile_10"] <= row["mean"] * 1.5 for row in intervals)


@pytest.mark.parametrize(
    "asked", [{"level": "planet"}, {"step": "minute"}, {"client": "x"}, {"to": "2027-03-01"}]
)
def test_totals_without_sense_are_refused(planner, asked):
    assert planner.get("/api/v1/forecasting/totals/", PERIOD | asked).status_code == 400


def test_an_answer_that_would_be_endless_is_refused_before_it_is_read(
    planner, operation, monkeypatch
):
    """Seven queues in steps of an hour for a week; Kolkata's days begin between two hours."""
    wanted = PERIOD | {"level": "queue", "step": "interval"}
    monkeypatch.setattr("forecasting.api.totals.MOST_ROWS", 7 * 7 * 24)
    whole = planner.get("/api/v1/forecasting/totals/", wanted)
    assert (whole.status_code, len(whole.json())) == (200, 7 * 7 * 24 + 1)
    monkeypatch.setattr("forecasting.api.totals.MOST_ROWS", 7 * 7 * 24 - 1)
    refused = planner.get("/api/v1/forecasting/totals/", wanted)
    assert refused.status_code == 400
    assert "This asks for 1176 rows; an answer holds at most 1175." in str(refused.json())
    fewer = planner.get("/api/v1/forecasting/totals/", wanted | {"level": "all"})
    assert len(fewer.json()) == 7 * 24 + 10  # from Kolkata's midnight to Toronto's


def test_the_page_shows_the_tree(planner, operation):
    page = planner.get(reverse("forecast-totals"), PERIOD)
    names = [row["name"] for row in page.context["rows"]]
    assert names[0] == "All queues"
    assert {"North", "South", "no site", "Bank", "Shop"} < set(names)
    whole, *parts = page.context["rows"]
    sites = [row for row in parts if row["level"] == "site"]
    assert sum(micro([row["mean"] for row in sites])) == pytest.approx(
        micro([whole["mean"]])[0], abs=5
    )


def test_the_page_says_which_queues_are_not_in_the_sums(planner, operation):
    with system_tenant():
        make_queue(name="New")
    page = planner.get(reverse("forecast-totals"), PERIOD).content.decode()
    assert "1 queue has no published forecast" in page


def test_an_empty_or_endless_period_says_so(planner, operation):
    empty = planner.get(reverse("forecast-totals"), {"from": "2027-01-01", "to": "2027-01-02"})
    assert empty.context["rows"] == []
    assert "No published forecast covers this period" in empty.content.decode()
    long = planner.get(reverse("forecast-totals"), {"from": "2026-01-01", "to": "2027-01-02"})
    assert "at most 100 days" in long.content.decode()


def test_the_page_asks_no_more_for_more_queues(planner, operation):
    url = reverse("forecast-totals")
    planner.get(url, PERIOD)
    with CaptureQueriesContext(connection) as few:
        planner.get(url, PERIOD | {"client": operation[-1].client_id})
    with CaptureQueriesContext(connection) as all_of_them:
        planner.get(url, PERIOD)
    assert len(all_of_them) <= len(few)
