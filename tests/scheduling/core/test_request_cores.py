"""Balances, limits, rank rules and what counts as newly broken: the pure parts of requests."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from scheduling.core.balances import Allowance, balance, missing_for
from scheduling.core.mark_diff import LARGER_IS_WORSE, SMALLER_IS_WORSE, new_marks
from scheduling.core.mark_types import TEXTS, Mark
from scheduling.core.off_limits import OffBook, OffLimit, Waiting, next_to_grant, positions
from scheduling.core.rank_rules import Bidder, by_rule

YEAR = Allowance(
    starts_on=date(2026, 1, 1),
    ends_on=date(2027, 1, 1),
    granted=Decimal(20),
    carried=Decimal(5),
    carried_until=date(2026, 4, 1),
)
ALWAYS = [(date(2020, 1, 1), None)]


def days(**by_month):
    """`march=3`: three whole days from the first of March on."""
    months = ["january", "february", "march", "april", "may"]
    return {
        date(2026, months.index(name) + 1, 1) + timedelta(days=n): Decimal(1)
        for name, count in by_month.items()
        for n in range(count)
    }


def of(*, taken=None, pending=None, today=date(2026, 2, 1)):
    return balance(YEAR, taken_by_date=taken or {}, pending_by_date=pending or {}, today=today)


def test_pending_requests_are_left_but_not_free():
    found = of(taken=days(january=2), pending=days(march=3))
    assert (found.left, found.free, found.lapsed) == (23, 20, 0)


@pytest.mark.parametrize(
    ("taken", "lapsed", "left"),
    [(days(january=2), 3, 20), (days(march=7), 0, 18), (days(april=2), 5, 18), ({}, 5, 20)],
)
def test_what_was_carried_over_is_used_first_and_lapses(taken, lapsed, left):
    found = of(taken=taken, today=date(2026, 4, 1))
    assert (found.lapsed, found.left) == (lapsed, left)


@pytest.mark.parametrize(
    ("taken", "asked", "missing"),
    [
        ({}, days(march=25), 0),
        ({}, days(march=26), 1),
        # Of 25 left, 5 lapse before April: late days cannot use them.
        ({}, days(may=20), 0),
        ({}, days(may=21), 1),
        (days(march=7), days(may=19), 1),
        (days(march=7), days(may=18), 0),
        (days(march=2), days(march=3, may=20), 0),
    ],
)
def test_late_days_cannot_be_paid_with_what_lapses(taken, asked, missing):
    found = of(taken=taken)
    short = missing_for(found, taken_by_date=taken, pending_by_date={}, asked_by_date=asked)
    assert short == missing


def limit(key=1, **fields):
    return OffLimit(
        **{
            "key": key,
            "name": "Limit",
            "most_people": 1,
            "members": dict.fromkeys(range(1, 9), ALWAYS),
            "starts_on": date(2026, 1, 1),
            "ends_on": None,
            "weekdays": "0123456",
            "starts_minute": 0,
            "ends_minute": 1440,
            "timezone": "UTC",
        }
        | fields
    )


def span(first, last, hour=0):
    begins = datetime(2026, 3, 2, hour, tzinfo=UTC)
    return begins + timedelta(days=first), begins + timedelta(days=last)


def test_a_person_counts_once_and_not_against_oneself():
    book = OffBook([limit()], {1: [span(0, 1), span(0, 1, 12)]})
    assert book.full(1, span(0, 1)) == []
    [reached] = book.full(2, span(0, 2))
    assert (reached.day, reached.count) == (date(2026, 3, 2), 1)
    assert book.full(2, span(3, 4)) == []


def test_granting_is_seen_by_the_next_question():
    book = OffBook([limit(most_people=2)], {1: [span(0, 1)]})
    assert book.full(2, span(0, 1)) == []
    book.add(2, span(0, 1))
    assert [full.count for full in book.full(3, span(0, 1))] == [2]


@pytest.mark.parametrize(
    "fields",
    [
        {"weekdays": "1"},
        {"starts_on": date(2026, 3, 3)},
        {"ends_on": date(2026, 3, 2)},
        {"members": {1: ALWAYS}},
        {"members": {1: ALWAYS, 2: [(date(2026, 3, 3), None)]}},
    ],
)
def test_a_limit_binds_its_own_people_on_its_own_days(fields):
    book = OffBook([limit(**fields)], {1: [span(0, 1)]})
    assert book.full(2, span(0, 1)) == []


def test_the_interval_is_that_of_the_sites_clock_in_the_night_of_the_change():
    """On 29 March 2026 Berlin's 8 o'clock is 6 UTC, the day before 7 UTC."""
    book = OffBook(
        [limit(timezone="Europe/Berlin", starts_minute=480, ends_minute=540)],
        {1: [(datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))]},
    )
    for day, hour in ((28, 7), (29, 6)):
        begins = datetime(2026, 3, day, hour, tzinfo=UTC)
        assert book.full(2, (begins, begins + timedelta(minutes=30)))
        assert not book.full(2, (begins - timedelta(minutes=30), begins))


def waits(key, first, last, *, asked=0, since=2020):
    return Waiting(
        key=key,
        agent_id=key,
        span=span(first, last),
        asked_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=asked),
        here_since=date(since, 1, 1),
    )


def test_the_next_is_who_fits_and_stands_first_by_the_rule_of_the_limit_they_share():
    book = OffBook([limit(1), limit(2, members={})], {8: [span(0, 1)]})
    rows = [waits(1, 0, 1), waits(2, 3, 5, asked=1), waits(3, 4, 6, asked=2, since=2001)]
    assert next_to_grant(book, rows, lambda key: "FIFO").key == 2
    assert next_to_grant(book, rows, lambda key: "SENIORITY").key == 3
    assert next_to_grant(book, rows[:1], lambda key: "FIFO") is None


def test_rules_that_contradict_each_other_fall_back_to_who_asked_first():
    members = {1: ALWAYS, 2: ALWAYS}
    book = OffBook([limit(1, members=members), limit(2, members=members)], {})
    rows = [waits(1, 0, 1), waits(2, 0, 1, asked=1, since=2001)]
    rule = {1: "FIFO", 2: "SENIORITY"}.__getitem__
    assert next_to_grant(book, rows, rule).key == 1


def test_positions_count_those_before_who_want_the_same_full_place():
    book = OffBook([limit()], {8: [span(0, 2)]})
    rows = [waits(1, 0, 1), waits(2, 1, 2, asked=1), waits(3, 0, 2, asked=2), waits(4, 5, 6)]
    assert positions(book, rows, lambda key: "FIFO") == {1: 1, 2: 1, 3: 3, 4: 1}


def bidder(agent_id, **fields):
    defaults = {
        "rank": 1,
        "made_at": datetime(2026, 1, 1, tzinfo=UTC),
        "here_since": date(2020, 1, 1),
    }
    return Bidder(agent_id=agent_id, **defaults | fields)


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        ("FIRST", [3, 1, 2]),
        ("SENIORITY", [2, 3, 1]),
        ("RANK", [1, 2, 3]),
        ("FAIRNESS", [3, 1, 2]),
    ],
)
def test_each_rule_has_its_order(rule, order):
    earlier = datetime(2025, 1, 1, tzinfo=UTC)
    people = [
        bidder(1, rank=1, given_lately=1, here_since=date(2021, 1, 1)),
        bidder(2, rank=2, given_lately=2, here_since=date(2010, 1, 1)),
        bidder(3, rank=3, made_at=earlier),
    ]
    assert [b.agent_id for b in by_rule(rule, people, seed=1)] == order


def test_a_lot_depends_on_its_seed_alone():
    people = [bidder(number) for number in range(30)]
    first = by_rule("RANDOM", people, seed=1)
    assert first == by_rule("RANDOM", people[::-1], seed=1)
    assert first != by_rule("RANDOM", people, seed=2)


def week_mark(code, **values):
    return Mark(code=code, values={"week": "2026-03-02", **values})


def test_only_what_is_broken_anew_or_worse_counts():
    before = [
        week_mark("minutes", hours=42, most=40),
        Mark(code="rest", shift=1, values={"hours": 9.0, "least": 11}),
        Mark(code="skill", shift=1),
    ]
    same_or_better = [
        week_mark("minutes", hours=41, most=40),
        Mark(code="rest", shift=1, values={"hours": 10.0, "least": 11}),
        Mark(code="skill", shift=1),
    ]
    worse = [
        week_mark("minutes", hours=43, most=40),
        Mark(code="rest", shift=1, values={"hours": 8.0, "least": 11}),
        Mark(code="skill", shift=2),
    ]
    assert new_marks(before, same_or_better) == []
    assert new_marks(before, worse) == worse
    assert new_marks(before, worse, ignored={"minutes", "rest"}) == worse[2:]


def test_every_rule_with_a_number_knows_which_way_is_worse():
    told = {code for code, text in TEXTS.items() if "%(" in text and code != "length"}
    assert told - {"rotation_work"} == set(LARGER_IS_WORSE) | set(SMALLER_IS_WORSE)
    for code, name in (LARGER_IS_WORSE | SMALLER_IS_WORSE).items():
        assert f"%({name})" in TEXTS[code]
