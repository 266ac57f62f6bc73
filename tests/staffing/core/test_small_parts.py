"""Patience, shrinkage, pooling, the choice of a model, parameters and the calculator."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.core.calculator import Question, UnableToCalculate, calculate
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.live import LiveQueue, power_of_one
from staffing.core.model_choice import (
    LiveGoal,
    QueueKind,
    UnableToChoose,
    choose_model,
    refuse_goal,
)
from staffing.core.params import RequirementParams
from staffing.core.patience import estimate_patience
from staffing.core.plan_shape import PlanShape
from staffing.core.pooling import level_counts, with_base
from staffing.core.shrinkage import ShrinkageShare, required_fte, shrinkage_by_interval
from staffing.core.traffic import Thresholds, Traffic

GOAL = LiveGoal(ServiceLevel.ANSWERED_OVER_OFFERED, level=0.8, threshold_seconds=20)


def test_patience_is_all_waiting_over_the_abandoned():
    """3,600 s waited by all customers, 60 gave up: 60 s, not the mean wait of those 60."""
    found = estimate_patience(
        wait_seconds_total=np.array([1800.0, 1800.0, np.nan, 999.0]),
        abandoned=np.array([20.0, 40.0, 10.0, np.nan]),
    )
    assert found.patience_seconds == 60.0
    assert found.abandoned == 60
    assert found.relative_error == pytest.approx(60**-0.5)


def test_too_few_abandonments_say_nothing_about_patience():
    found = estimate_patience(wait_seconds_total=np.array([500.0]), abandoned=np.array([29.0]))
    assert (found.patience_seconds, found.relative_error, found.abandoned) == (None, None, 29.0)


def test_patience_is_recovered_from_censored_waits():
    random = np.random.default_rng(7)
    patience, offered_wait = random.exponential(90, 20_000), random.exponential(30, 20_000)
    found = estimate_patience(
        wait_seconds_total=np.minimum(patience, offered_wait),
        abandoned=(patience < offered_wait).astype(float),
    )
    assert found.patience_seconds == pytest.approx(90, rel=4 * found.relative_error)


MORNING, NIGHT = 600, 1380


def test_shares_add_up_where_they_hold_and_breaks_are_not_counted_twice():
    """Monday morning: leave 10 % + coaching 5 % + breaks 12 %; elsewhere without coaching."""
    shares = [
        ShrinkageShare("leave", 0.10),
        ShrinkageShare("coaching", 0.05, weekday=0, starts_minute=540, ends_minute=720),
        ShrinkageShare("break", 0.12, is_scheduled=True),
    ]
    found = shrinkage_by_interval(
        shares, weekdays=np.array([0, 0, 1]), minutes=np.array([MORNING, NIGHT, MORNING])
    )
    assert found.unscheduled_rate.tolist() == pytest.approx([0.15, 0.10, 0.10])
    assert found.total_rate.tolist() == pytest.approx([0.27, 0.22, 0.22])


def test_gross_divides_it_never_multiplies():
    assert required_fte(np.array([70.0]), np.array([0.3])).tolist() == pytest.approx([100.0])


@settings(deadline=None)
@given(st.floats(0, 1e4), st.floats(0, 0.99))
def test_gross_is_at_least_net(net, share):
    gross = required_fte(np.array([net]), np.array([share]))[0]
    assert gross >= net
    assert gross * (1 - share) == pytest.approx(net)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: ShrinkageShare("leave", 1.0), "rate < 1 of leave, got 1.0"),
        (lambda: ShrinkageShare("leave", -0.1), "got -0.1"),
        (lambda: ShrinkageShare("leave", 0.1, starts_minute=700, ends_minute=600), "700 to 600"),
        (lambda: RequirementParams(chat_growth_rate=1.0), "chat_growth_rate < 1, got 1.0"),
        (lambda: RequirementParams(clear_overdue_minutes=0), "clear_overdue_minutes >= 1, got 0"),
    ],
)
def test_wrong_values_are_refused_by_name(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        wrong()


def test_shares_of_all_the_time_are_refused():
    shares = [ShrinkageShare("leave", 0.6), ShrinkageShare("training", 0.4)]
    with pytest.raises(ValueError, match="100% of paid time"):
        shrinkage_by_interval(shares, weekdays=np.array([2]), minutes=np.array([0]))


VOICE = QueueKind(is_live=True, contacts_abandon=True)
PATIENT = QueueKind(is_live=True, contacts_abandon=False)
CHATS = QueueKind(is_live=True, contacts_abandon=True, concurrency=3)
MAIL = QueueKind(is_live=False, contacts_abandon=False)


@pytest.mark.parametrize(
    ("kind", "wanted", "model"),
    [
        (VOICE, None, "A"),
        (VOICE, Model.C, "C"),
        (PATIENT, None, "C"),
        (CHATS, None, "chat"),
        (CHATS, Model.A, "chat"),
        (MAIL, None, "deferred"),
    ],
)
def test_the_model_follows_from_how_work_waits(kind, wanted, model):
    assert choose_model(kind, wanted=wanted) == model


@pytest.mark.parametrize(
    ("kind", "wanted", "reason"),
    [
        (MAIL, Model.C, "waits hours or days"),
        (MAIL, Model.A, "by due time"),
        (VOICE, Model.B, "lets contacts wait"),
        (PATIENT, Model.A, "never do. Use C"),
        (CHATS, Model.C, "hold 3"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_with_the_reason(kind, wanted, reason):
    with pytest.raises(UnableToChoose, match=reason):
        choose_model(kind, wanted=wanted)


@pytest.mark.parametrize(
    ("change", "model", "reason"),
    [
        ({"level": 1.0}, "A", "infinitely many"),
        ({"level": 1.0, "threshold_seconds": np.inf}, "A", "always give up"),
        ({"definition": ServiceLevel.VIRTUAL}, "C", "nothing to count"),
        ({"max_asa_seconds": 0.0}, "A", "average speed of answer to 0"),
        ({"max_abandonment_rate": 0.0}, "A", "abandonment to 0"),
        ({"max_occupancy_rate": 0.0}, "C", "occupancy to 0"),
        ({}, "A", ""),
        ({"level": 1.0, "threshold_seconds": np.inf}, "C", ""),
        ({"max_asa_seconds": 1.0, "max_occupancy_rate": 0.9}, "C", ""),
    ],
)
def test_goals_out_of_reach_are_refused_with_the_reason(change, model, reason):
    refusal = refuse_goal(replace(GOAL, **change), model=model)
    assert (reason in refusal) if reason else refusal == ""


def test_parameters_travel_as_json():
    params = RequirementParams(
        deferred_shape=PlanShape.FLAT, models={12: Model.C}, publish_when_done=True
    )
    assert RequirementParams.from_json(params.as_json() | {"queue_ids": [1]}) == params


@pytest.mark.parametrize("definition", list(ServiceLevel))
def test_levels_are_pooled_from_counts(definition):
    """Two intervals pooled equal the counts of both added up, whatever the definition leaves out."""
    traffic = Traffic(np.array([20.0, 60.0]), np.full(2, 240.0), np.full(2, 60.0))
    found = evaluate(
        model=Model.A,
        traffic=traffic,
        agents=np.array([20.0, 48.0]),
        thresholds=Thresholds(np.full(2, 20.0), np.full(2, 5.0)),
    )
    offered = np.array([75.0, 225.0])
    in_time, counted = level_counts(definition, offered=offered, prediction=found)
    levels = found.service_levels
    answered = offered * levels[ServiceLevel.ANSWERED_OVER_OFFERED]
    left_out = {
        ServiceLevel.EXCL_ABANDONS_WITHIN: levels[ServiceLevel.ANSWERED_OR_ABANDONED]
        - levels[ServiceLevel.ANSWERED_OVER_OFFERED],
        ServiceLevel.EXCL_SHORT_ABANDONS: levels[ServiceLevel.SHORT_ABANDONS_COUNT]
        - levels[ServiceLevel.ANSWERED_OVER_OFFERED],
        ServiceLevel.ANSWERED_OVER_ANSWERED: found.abandonment_rate,
    }
    if definition in left_out:
        assert in_time.tolist() == pytest.approx(answered.tolist())
        assert counted.tolist() == pytest.approx((offered * (1 - left_out[definition])).tolist())
    else:
        assert counted.tolist() == offered.tolist()
        assert in_time.tolist() == pytest.approx((offered * levels[definition]).tolist())


def test_pooling_evaluates_the_base_beside_the_definition():
    both = with_base(ServiceLevel.VIRTUAL)
    assert {key.metric_key for key in both} == {
        "service_level.virtual",
        "service_level.answered_over_offered",
    }


def test_nothing_served_pools_as_offered():
    found = evaluate(
        model=Model.A,
        traffic=Traffic(np.array([5.0]), np.array([240.0]), np.array([60.0])),
        agents=np.array([0.0]),
        thresholds=Thresholds(np.array([20.0]), np.array([5.0])),
    )
    in_time, counted = level_counts(
        ServiceLevel.ANSWERED_OVER_ANSWERED, offered=np.array([30.0]), prediction=found
    )
    assert (in_time[0], counted[0]) == (0.0, 30.0)


def test_power_of_one_brackets_the_requirement():
    queue = LiveQueue(Traffic(np.array([40.0]), np.array([240.0]), np.array([60.0])), Model.A)
    question = Thresholds(
        np.array([20.0]), np.array([5.0]), frozenset({ServiceLevel.ANSWERED_OVER_OFFERED})
    )
    fewer, enough, more = power_of_one(queue, thresholds=question, agents=39)
    assert [step.agents for step in (fewer, enough, more)] == [38, 39, 40]
    assert fewer.service_level < 0.8 <= enough.service_level < more.service_level
    assert fewer.asa_seconds > enough.asa_seconds > more.asa_seconds
    alone = power_of_one(queue, thresholds=question, agents=1)
    assert [step.agents for step in alone] == [1, 2]


def ask(**changes):
    usual = {
        "offered": 750,
        "interval_minutes": 15,
        "aht_seconds": 240.0,
        "patience_seconds": 60.0,
        "goal": GOAL,
    }
    return calculate(Question(**usual | changes))


def test_the_calculator_gives_the_golden_numbers():
    found = ask(shrinkage_rate=0.3)
    assert (found.erlangs, found.required_agents) == (200, 176)
    assert found.required_fte == pytest.approx(176 / 0.7)
    assert [step.agents for step in found.steps] == [175, 176, 177]
    assert {176} <= {step.agents for step in found.curve}
    assert ask(patience_seconds=None).required_agents == 209


def test_the_calculator_tries_what_is_asked():
    found = ask(agents=150)
    assert [step.agents for step in found.steps] == [149, 150, 151]
    assert found.required_agents == 176
    assert min(step.agents for step in found.curve) <= 150


def test_the_calculator_knows_chats_and_other_goals():
    assert ask(concurrency=2).required_agents < 100
    assert ask(min_agents=300).required_agents == 300
    stricter = replace(
        GOAL, max_asa_seconds=1.0, max_abandonment_rate=0.01, max_occupancy_rate=0.85
    )
    assert ask(goal=stricter).required_agents > 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"offered": -1}, "Expected offered from 0"),
        ({"offered": np.nan}, "got nan"),
        ({"aht_seconds": 0}, "aht_seconds from above 0"),
        ({"interval_minutes": 0}, "interval_minutes"),
        ({"patience_seconds": 0}, "patience_seconds from above 0 to 1000000000, or none"),
        ({"shrinkage_rate": 1.0}, "shrinkage_rate"),
        ({"concurrency": 0}, "concurrency from 1"),
        ({"agents": -1}, "agents from 0"),
        ({"goal": replace(GOAL, level=1.0)}, "infinitely many"),
        ({"goal": replace(GOAL, max_occupancy_rate=1e-12)}, "at 200.0 erlang"),
    ],
)
def test_the_calculator_refuses_with_a_sentence(changes, sentence):
    with pytest.raises(UnableToCalculate, match=sentence):
        ask(**changes)
