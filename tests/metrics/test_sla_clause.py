"""Clauses: what is understood, what is refused and why, and how a value is judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.metrics.sla import (
    Calendar,
    Clause,
    ClauseError,
    Exclusion,
    ExclusionKind,
    Period,
    Verdict,
    clause_from_mapping,
    clause_to_mapping,
    clause_to_text,
    parse_clause,
)

CALLS = {
    "metric": "service_level.excl_short_abandons",
    "target": 0.8,
    "period": "month",
    "timezone": "America/New_York",
    "threshold_seconds": 20,
    "short_seconds": 5,
}


def test_mapping_becomes_a_clause():
    clause = clause_from_mapping(CALLS)
    assert clause == Clause(
        metric_key="service_level.excl_short_abandons",
        metric_version=1,
        target=0.8,
        period=Period.MONTH,
        timezone="America/New_York",
        threshold_seconds=20,
        short_seconds=5,
        calendar=Calendar.OPENING_HOURS,
    )
    assert clause.zone.key == "America/New_York"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"metric": "service_level.made_up"}, "There is no metric 'service_level.made_up'."),
        ({"metric": "service_level.virtual"}, "is not measured"),
        ({"target": 80}, "Expected a target between 0 and 1, got 80."),
        ({"target": "80 %"}, "Expected a number for 'target', got '80 %'."),
        ({"target": True}, "Expected a number for 'target', got True."),
        ({"target": float("nan")}, "Expected a finite number for 'target'."),
        ({"threshold_seconds": None}, "needs a threshold in seconds"),
        ({"threshold_seconds": 0}, "Expected a threshold above 0 s, got 0."),
        ({"threshold_seconds": 1.5}, "Expected a whole number for 'threshold_seconds', got 1.5."),
        ({"short_seconds": None}, "needs the seconds of a short abandon"),
        ({"short_seconds": -1}, "Expected short abandons of 0 s or more, got -1."),
        ({"period": "fortnight"}, "for 'period', got 'fortnight'."),
        ({"timezone": "Mars/Olympus"}, "There is no time zone 'Mars/Olympus'."),
        ({"timezone": "../etc/passwd"}, "There is no time zone"),
        ({"calendar": "weekends"}, "for 'calendar', got 'weekends'."),
        ({"minimum_sample": -3}, "Expected a minimum sample of 0 or more, got -3."),
        ({"penalty": 5}, "'penalty' is not a part of a clause."),
        ({"version": 9}, "There is no version 9"),
        ({"exclusions": ["holidays"]}, "Each exclusion needs a 'kind'."),
        ({"exclusions": [{"kind": "dates"}]}, "names no date"),
        ({"exclusions": [{"kind": "dates", "dates": ["29/03/2026"]}]}, "got '29/03/2026'."),
        ({"exclusions": [{"kind": "volume_above_forecast"}]}, "needs a tolerance"),
    ],
)
def test_faulty_clause_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ClauseError) as caught:
        clause_from_mapping(CALLS | change)
    assert sentence in str(caught.value)


def test_every_missing_part_is_named_at_once():
    with pytest.raises(ClauseError) as caught:
        clause_from_mapping({"metric": "wape"})
    assert caught.value.problems == (
        "'period' is missing.",
        "'target' is missing.",
        "'timezone' is missing.",
    )


def test_text_becomes_a_clause():
    clause = parse_clause(
        "service_level.excl_short_abandons >= 80 % within 20 s, short 5 s, per month in "
        "Asia/Shanghai, at least 30, except 2026-03-01 2026-03-02, "
        "except volume above forecast + 10 %"
    )
    assert (clause.target, clause.threshold_seconds, clause.short_seconds) == (0.8, 20, 5)
    assert (clause.period, clause.timezone) == (Period.MONTH, "Asia/Shanghai")
    assert clause.minimum_sample == 30
    assert clause.exclusions == (
        Exclusion(kind=ExclusionKind.DATES, dates=("2026-03-01", "2026-03-02")),
        Exclusion(kind=ExclusionKind.VOLUME_ABOVE_FORECAST, tolerance_share=0.1),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("eighty percent in twenty seconds", "Cannot read 'eighty percent in twenty seconds'"),
        ("wrong.key >= 80 %, per day in UTC", "There is no metric 'wrong.key'."),
        ("asa_seconds >= 30, per day in UTC", "asa_seconds is promised with <=, got >=."),
        ("asa_seconds <= 30 %, per day in UTC", "written without a percent sign"),
        ("answer_rate >= 0.95, per day in UTC", "written in percent"),
        ("answer_rate >= 95 %, daily", "Cannot read 'daily' as a part of a clause."),
        ("answer_rate >= 95 %", "'period' is missing. 'timezone' is missing."),
    ],
)
def test_text_that_is_no_clause_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ClauseError) as caught:
        parse_clause(text)
    assert sentence in str(caught.value)


clauses = st.builds(
    Clause,
    metric_key=st.sampled_from(
        ["service_level.excl_short_abandons", "service_level.deferred", "answer_rate"]
    ),
    target=st.integers(0, 1000).map(lambda tenths: tenths / 1000),
    period=st.sampled_from(Period),
    timezone=st.sampled_from(["UTC", "Europe/London", "Asia/Shanghai"]),
    threshold_seconds=st.integers(1, 600),
    short_seconds=st.integers(0, 30),
    calendar=st.sampled_from(Calendar),
    minimum_sample=st.integers(0, 100),
    exclusions=st.lists(
        st.one_of(
            st.builds(
                Exclusion,
                kind=st.just(ExclusionKind.DATES),
                dates=st.lists(st.dates().map(str), min_size=1, max_size=3).map(tuple),
            ),
            st.builds(
                Exclusion,
                kind=st.just(ExclusionKind.VOLUME_ABOVE_FORECAST),
                tolerance_share=st.integers(0, 100).map(lambda percent: percent / 100),
            ),
        ),
        max_size=2,
    ).map(tuple),
)


@given(clauses)
def test_clause_survives_text_and_mapping(clause):
    assert parse_clause(clause_to_text(clause)) == clause
    assert clause_from_mapping(clause_to_mapping(clause)) == clause


@pytest.mark.parametrize(
    ("value", "sample", "verdict"),
    [
        (0.8, 100, Verdict.MET),
        (0.7999, 100, Verdict.MISSED),
        (0.2, 29, Verdict.NOT_JUDGED),
        (None, 0, Verdict.NOT_JUDGED),
    ],
)
def test_value_is_judged_against_target_and_minimum_sample(value, sample, verdict):
    clause = clause_from_mapping(CALLS | {"minimum_sample": 30})
    assert clause.judge(value=value, sample=sample) is verdict


@pytest.mark.parametrize(("value", "verdict"), [(30, Verdict.MET), (30.5, Verdict.MISSED)])
def test_lower_is_better_for_waits(value, verdict):
    clause = parse_clause("asa_seconds <= 30, per week in Europe/London, always")
    assert clause.judge(value=value, sample=10) is verdict
