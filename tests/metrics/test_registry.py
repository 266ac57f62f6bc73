"""The dictionary computes what it says: golden values of the glossary, pooling, edge cases."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.metrics import (
    COUNTS,
    DEFAULT_SERVICE_LEVEL,
    MetricError,
    Pooling,
    all_metrics,
    evaluate,
    get,
    pool,
    versions_of,
)
from wfm.metrics.model import Direction, Metric, Unit, parse_form

GLOSSARY_CALLS = {
    "answered": 1000,
    "answered_within_threshold": 860,
    "abandoned": 60,
    "abandoned_within_threshold": 20,
    "abandoned_within_short": 10,
}


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        ("answered_over_offered", 81.13),
        ("answered_or_abandoned_within_over_offered", 83.02),
        ("excl_abandons_within_threshold", 82.69),
        ("excl_short_abandons", 81.90),
        ("answered_over_answered", 86.00),
        ("short_abandons_count", 82.08),
    ],
)
def test_service_level_variant_has_the_glossarys_value(variant, percent):
    ratio = evaluate(f"service_level.{variant}", GLOSSARY_CALLS)
    assert round(ratio.value * 100, 2) == percent


@pytest.mark.parametrize(
    ("key", "counts", "value"),
    [
        ("asa_seconds", {"answered_wait_seconds": 1800, "answered": 90}, 20.0),
        ("abandonment_rate", {"abandoned": 6, "offered": 120}, 0.05),
        (
            "abandonment_rate.excl_short",
            {"abandoned": 6, "abandoned_within_short": 4, "offered": 104},
            0.02,
        ),
        ("answer_rate", {"answered": 90, "offered": 120}, 0.75),
        ("lost_contacts", {"blocked": 4, "abandoned": 6}, 10.0),
        ("aht_seconds", {"handle_seconds": 2400, "handled": 10}, 240.0),
        ("patience_seconds", {"total_wait_seconds": 3000, "abandoned": 50}, 60.0),
        ("service_level.deferred", {"completed_by_due_items": 45, "due_items": 50}, 0.9),
        (
            "backlog_items",
            {"opening_backlog_items": 100, "arrived_items": 40, "completed_items": 60},
            80.0,
        ),
        ("tat_seconds", {"turnaround_seconds": 720_000, "completed_items": 10}, 72_000.0),
        ("required_fte", {"required_agents": 70, "shrinkage_rate": 0.3}, 100.0),
        ("workload_erlangs", {"expected_handle_seconds": 36_000, "interval_seconds": 900}, 40.0),
        (
            "schedule_fit",
            {
                "required_agent_hours": 100,
                "understaffed_agent_hours": 6,
                "overstaffed_agent_hours": 4,
            },
            0.9,
        ),
        ("solver_gap_rate", {"best_objective": 105, "objective_lower_bound": 84}, 0.2),
        ("wape", {"absolute_error": 15, "actual_volume": 150}, 0.1),
        ("bias", {"forecast_volume": 120, "actual_volume": 150}, -0.2),
        (
            "mase",
            {"mean_absolute_error": 4, "seasonal_naive_mean_absolute_error": 5},
            0.8,
        ),
        ("noise_floor", {"chance_absolute_error": 12, "actual_volume": 150}, 0.08),
        ("dispersion", {"excess_squared_error": 40, "squared_forecast": 1000}, 0.04),
        ("dispersion", {"excess_squared_error": -40, "squared_forecast": 1000}, 0.0),
        (
            "override_gain",
            {"absolute_error_without_override": 12, "absolute_error_with_override": 15},
            -3.0,
        ),
        ("coverage", {"intervals_covered": 88, "banded_intervals": 96}, 88 / 96),
        ("occupancy_rate", {"handling_seconds": 2700, "available_idle_seconds": 900}, 0.75),
        ("shrinkage_rate", {"unavailable_seconds": 9, "paid_seconds": 30}, 0.3),
        ("adherence_rate", {"scheduled_seconds": 28_800, "out_of_adherence_seconds": 2880}, 0.9),
        (
            "conformance_rate",
            {"position_worked_seconds": 55, "position_scheduled_seconds": 50},
            1.1,
        ),
    ],
)
def test_metric_has_the_value_computed_by_hand(key, counts, value):
    assert evaluate(key, counts).value == pytest.approx(value, rel=1e-12)


def test_zero_offered_is_undefined_and_keeps_its_counts():
    ratio = evaluate(
        DEFAULT_SERVICE_LEVEL, {"answered_within_threshold": 0, "answered": 0, "abandoned": 0}
    )
    assert (ratio.value, ratio.numerator, ratio.denominator) == (None, 0.0, 0.0)


def test_all_contacts_short_abandons_is_undefined():
    counts = {
        "answered_within_threshold": 0,
        "answered": 0,
        "abandoned": 7,
        "abandoned_within_short": 7,
    }
    assert evaluate("service_level.excl_short_abandons", counts).value is None


def test_adherence_never_falls_below_zero():
    counts = {"scheduled_seconds": 100, "out_of_adherence_seconds": 130}
    assert evaluate("adherence_rate", counts).value == 0.0


def test_missing_count_is_an_error_that_names_it():
    with pytest.raises(MetricError, match=r"Counts are missing .*: offered"):
        evaluate("answer_rate", {"answered": 3})


def test_more_short_abandons_than_contacts_are_refused():
    counts = {"abandoned": 1, "abandoned_within_short": 5, "offered": 2}
    with pytest.raises(MetricError, match="expected 0 or more"):
        evaluate("abandonment_rate.excl_short", counts)


def test_metric_of_a_model_cannot_be_computed_from_counts():
    with pytest.raises(MetricError, match="cannot be computed from counts"):
        evaluate("service_level.virtual", GLOSSARY_CALLS)


def test_pooling_weighs_by_volume_and_does_not_average():
    quiet = evaluate(
        DEFAULT_SERVICE_LEVEL, {"answered_within_threshold": 10, "answered": 10, "abandoned": 0}
    )
    busy = evaluate(
        DEFAULT_SERVICE_LEVEL, {"answered_within_threshold": 120, "answered": 190, "abandoned": 10}
    )
    assert (quiet.value, busy.value) == (1.0, 0.6)
    assert round(pool([quiet, busy]).value, 2) == 0.62


def test_pooling_refuses_metrics_whose_parts_do_not_add_up():
    part = evaluate("mase", {"mean_absolute_error": 1, "seasonal_naive_mean_absolute_error": 2})
    with pytest.raises(MetricError, match="not pooled from its parts"):
        pool([part, part])


def test_pooling_refuses_two_metrics():
    wape = evaluate("wape", {"absolute_error": 1, "actual_volume": 2})
    bias = evaluate("bias", {"forecast_volume": 1, "actual_volume": 2})
    with pytest.raises(MetricError, match="another metric or version"):
        pool([wape, bias])


def test_pooling_nothing_is_refused():
    with pytest.raises(MetricError, match="at least one part"):
        pool([])


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)),
        min_size=1,
        max_size=12,
    )
)
def test_pooled_parts_equal_the_metric_of_the_summed_counts(parts):
    def counts(within, late, abandoned):
        return {
            "answered_within_threshold": within,
            "answered": within + late,
            "abandoned": abandoned,
        }

    pooled = pool([evaluate(DEFAULT_SERVICE_LEVEL, counts(*part)) for part in parts])
    summed = evaluate(DEFAULT_SERVICE_LEVEL, counts(*map(sum, zip(*parts, strict=True))))
    assert pooled == summed
    if pooled.value is not None:
        assert 0 <= pooled.value <= 1


def test_every_metric_uses_only_described_counts():
    used = {name for metric in all_metrics() for name in metric.counts_used}
    assert used - set(COUNTS) == set()


@pytest.mark.parametrize("metric", all_metrics(), ids=lambda metric: metric.key)
def test_every_metric_is_completely_described(metric):
    assert metric.title
    assert metric.definition.endswith(".")
    assert metric.source
    assert metric.reference
    computed = metric.pooling not in {Pooling.FROM_MODEL, Pooling.FROM_RECORDS}
    assert bool(metric.formula) is computed


def test_keys_are_unique_and_newest_version_is_returned():
    assert len({metric.key for metric in all_metrics()}) == len(all_metrics())
    assert get("wape") == versions_of("wape")[-1] == get("wape", 1)


@pytest.mark.parametrize(("key", "version"), [("wrong", None), ("wape", 99)])
def test_unknown_metric_or_version_is_an_error(key, version):
    with pytest.raises(MetricError, match="There is no"):
        get(key, version)


def test_formula_is_the_text_that_is_computed():
    assert get("service_level.excl_short_abandons").formula == (
        "answered_within_threshold / (answered + abandoned - abandoned_within_short)"
    )
    assert get("adherence_rate").formula == (
        "max(0, (scheduled_seconds - out_of_adherence_seconds) / scheduled_seconds)"
    )


@pytest.mark.parametrize("text", ["", "a b", "a * b", "a + ", "A", "a - (b)"])
def test_form_that_is_no_sum_of_counts_is_refused(text):
    with pytest.raises(MetricError, match="sum of counts"):
        parse_form(text)


def test_form_refuses_values_that_are_not_finite():
    with pytest.raises(MetricError, match="not finite"):
        parse_form("a + b").of({"a": math.inf, "b": 1})


def test_form_adds_and_subtracts_constants():
    assert parse_form("1 - a + 2.5").of({"a": 0.5}) == 3.0


@pytest.mark.parametrize(
    "wrong", [{"denominator": "a"}, {"numerator": "a", "version": 0}], ids=["half", "version"]
)
def test_incomplete_definition_is_refused(wrong):
    with pytest.raises(MetricError):
        Metric(
            key="x",
            title="X",
            definition="X.",
            unit=Unit.COUNT,
            pooling=Pooling.SUM,
            better=Direction.LOWER,
            **wrong,
        )
