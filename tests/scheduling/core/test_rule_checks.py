"""Findings about rotations, weekends, periods, splits: the engine agrees, the relaxation mends it."""

from dataclasses import replace

import numpy as np
import pytest

from scheduling.core.data import Wish
from scheduling.core.findings import Severity
from scheduling.core.instance_file import plain_horizon
from scheduling.core.rule_checks import check_rules
from scheduling.core.tours import TourModel
from tests.scheduling.core import weeks

SPLIT = weeks.pattern(key="split", piece_minutes=(240, 240), gap_minutes=(120,), breaks=())
FREE = {"days_per_week": (0, 7), "paid_minutes_per_week": (0, 9999)}


def data_of(*, number_of_weeks=1, contract=None, **fields):
    days = 7 * number_of_weeks
    closed = fields.pop("closed", ())
    spans = tuple(() if day in closed else ((day * 96 + 24, day * 96 + 88),) for day in range(days))
    return weeks.week(
        horizon=plain_horizon(days=days, interval_minutes=15),
        contracts=[weeks.contract(**FREE | (contract or {}))],
        agents=[weeks.agent(**{"spans": spans} | fields)],
        required={"calls": np.zeros(days * 96)},
    )


def has_tour(data):
    agent = data.agents[0]
    model = TourModel(
        agent, data.contracts[agent.contract], data.horizon, first_weekday=data.first_weekday
    )
    return model.has_week()


def mended(data, *, contract=None, agent=None):
    rules = replace(data.contracts["full"], **(contract or {}))
    person = replace(data.agents[0], **(agent or {}))
    return replace(data, contracts={"full": rules}, agents=(person,))


@pytest.mark.parametrize(
    ("fields", "code", "relaxation", "words"),
    [
        (  # a rotation day on which the person cannot work
            {"closed": (2,), "must_work": frozenset({2, 3})}, "rotation_closed",
            {"agent": {"must_work": frozenset({3})}}, "day 3",
        ),
        (
            {"must_work": frozenset(range(6)), "contract": {"days_per_week": (0, 5)}},
            "rotation_too_many_days", {"contract": {"days_per_week": (0, 6)}}, "allow 6 days",
        ),
        (
            {"number_of_weeks": 2, "closed": range(9, 14), "contract": {"days_per_week": (4, 5)}},
            "week_too_few_days", {"contract": {"days_per_week": (2, 5)}},
            "Week 2: at most 2 days can be worked and the contract asks for 4",
        ),
        (  # Monday, Wednesday, Friday and Sunday worked: no two days off stand together
            {"must_work": frozenset({0, 2, 4, 6}),
             "contract": {"consecutive_days_off": 2, "days_per_week": (4, 4)}},
            "days_off_together", {"contract": {"consecutive_days_off": 1}}, "ask for 1",
        ),
        (
            {"must_work": frozenset(range(4)), "previous_run_days": 2,
             "contract": {"max_consecutive_days": 5}},
            "rotation_run", {"contract": {"max_consecutive_days": 6}}, "make 6 days in a row",
        ),
        (
            {"number_of_weeks": 2, "must_work": frozenset({5, 12}),
             "previous_weekends": (False, False, True), "contract": {"max_weekends_in_4_weeks": 2}},
            "weekends", {"contract": {"max_weekends_in_4_weeks": 3}}, "allow 3 of four",
        ),
        (  # six days a week cannot lie on five weekdays
            {"number_of_weeks": 2, "contract": {"max_weekends_in_4_weeks": 1,
                                                "days_per_week": (6, 6)}},
            "weekends", {"contract": {"max_weekends_in_4_weeks": 2}}, "allow 2 of four",
        ),
        (
            {"number_of_weeks": 2,
             "contract": {"paid_minutes_per_week": (0, 1800), "days_per_week": (0, 4),
                          "paid_minutes_per_period": (4050, 9999)}},
            "period_too_much", {"contract": {"paid_minutes_per_period": (3600, 9999)}},
            "Smallest relaxation: ask for 60.0",
        ),
        (
            {"number_of_weeks": 2,
             "contract": {"paid_minutes_per_week": (1800, 2250), "days_per_week": (4, 5),
                          "paid_minutes_per_period": (0, 3000)}},
            "period_too_little", {"contract": {"paid_minutes_per_period": (0, 3600)}},
            "Smallest relaxation: allow 60.0",
        ),
        (
            {"excluded_patterns": frozenset({"split"}),
             "contract": {"patterns": (SPLIT,), "days_per_week": (1, 5)}},
            "no_consent", {"agent": {"excluded_patterns": frozenset()}}, "has not agreed",
        ),
        (
            {"contract": {"patterns": (SPLIT,), "days_per_week": (3, 5),
                          "max_split_shifts_per_week": 2}},
            "splits_needed", {"contract": {"max_split_shifts_per_week": 3}}, "allow 3 split",
        ),
    ],
)  # fmt: skip
def test_a_finding_is_true_and_its_relaxation_mends_it(fields, code, relaxation, words):
    data = data_of(**fields)
    found = check_rules(data)
    assert [(f.code, f.severity, f.subject) for f in found] == [(code, Severity.ERROR, "anna")]
    assert words in found[0].text
    assert not has_tour(data)
    other = mended(data, **relaxation)
    assert check_rules(other) == []
    assert has_tour(other)


@pytest.mark.parametrize(
    "fields",
    [
        {"must_work": frozenset({0, 2, 4, 6}), "contract": {"consecutive_days_off": 1}},
        {"must_work": frozenset(range(5)), "contract": {"days_per_week": (0, 5),
                                                       "consecutive_days_off": 2}},
        {"must_work": frozenset({5}), "contract": {"max_weekends_in_4_weeks": 1},
         "previous_weekends": (False, False, False)},
        {"contract": {"max_weekends_in_4_weeks": 0, "days_per_week": (5, 5)}},
        {"excluded_patterns": frozenset({"split"}),
         "contract": {"patterns": (SPLIT, weeks.pattern()), "days_per_week": (1, 5)}},
        {"closed": range(5), "credited_days": (5,), "contract": {"days_per_week": (5, 5)}},
    ],
)  # fmt: skip
def test_nothing_is_found_where_the_engine_has_a_tour(fields):
    data = data_of(**fields)
    assert has_tour(data)
    assert check_rules(data) == []


def test_random_people_are_never_blamed_falsely():
    """Each error of a rule judged by itself means that the engine has no tour either."""
    rng, blamed = np.random.default_rng(5), 0
    for _ in range(120):
        days = 14
        low = int(rng.integers(0, 6))
        data = data_of(
            number_of_weeks=2,
            closed=set(np.flatnonzero(rng.random(days) < 0.25).tolist()),
            must_work=frozenset(np.flatnonzero(rng.random(days) < 0.3).tolist()),
            previous_run_days=int(rng.integers(0, 4)),
            previous_weekends=tuple(bool(x) for x in rng.random(3) < 0.5),
            contract={
                "days_per_week": (low, int(rng.integers(low, 7))),
                "max_consecutive_days": int(rng.integers(3, 7)),
                "max_weekends_in_4_weeks": int(rng.integers(0, 5)),
                "consecutive_days_off": int(rng.integers(1, 4)),
            },
        )
        if any(f.severity == Severity.ERROR for f in check_rules(data)):
            blamed += 1
            assert not has_tour(data)
    assert 20 < blamed < 120


def test_a_wish_that_cannot_be_kept_is_told():
    wishes = (Wish(day=2, worth=5.0), Wish(day=3, worth=5.0, works=False), Wish(day=4, worth=5.0))
    data = data_of(closed=(2,), must_work=frozenset({3}), wishes=wishes)
    found = check_rules(data)
    assert [(f.code, f.severity) for f in found] == [("wish_lost", Severity.INFO)]
    assert "day 3, day 4:" in found[0].text


def test_a_minimum_above_the_people_is_told_with_the_smallest_one():
    row = np.zeros(7 * 96)
    row[40:48] = 2
    data = replace(data_of(), minimum_agents={"calls": row})
    found = check_rules(data)
    assert [(f.code, f.subject, f.severity) for f in found] == [
        ("minimum_too_high", "calls", Severity.WARNING)
    ]
    assert "a minimum of 1 there, or 1 more people" in found[0].text
    assert "in 8 intervals" in found[0].text
    assert check_rules(replace(data, minimum_agents={"calls": np.minimum(row, 1)})) == []
