"""The exact core says what it cannot compute with; no number comes out of nonsense."""

import numpy as np
import pytest

from staffing.core.calculator import Question, UnableToCalculate, calculate
from staffing.core.chat import ChatHandling, evaluate_chat, required_chat_agents
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.erlang import evaluate
from staffing.core.goals import Goals
from staffing.core.input_checks import UnusableInput
from staffing.core.model_choice import LiveGoal
from staffing.core.requirement import required_agents
from staffing.core.traffic import Thresholds, Traffic

NAN = float("nan")


def traffic(erlangs=5.0, aht=240.0, patience=60.0):
    """A good interval, then the one in question."""
    return Traffic(np.array([5.0, erlangs]), np.array([240.0, aht]), np.array([60.0, patience]))


def goals(**values):
    return Goals.same(2, **({"level": 0.8, "threshold_seconds": 20.0} | values))


def required(model, offered, **values):
    return required_agents(model=Model(model), traffic=offered, goals=goals(**values))


@pytest.mark.parametrize(
    ("model", "wrong", "sentence"),
    [
        ("A", {"erlangs": -5.0}, "Expected erlangs >= 0, got -5 in interval 1."),
        ("C", {"erlangs": NAN}, "Expected erlangs >= 0, got nan in interval 1."),
        ("B", {"erlangs": np.inf}, "Expected a finite load, got inf in interval 1."),
        ("A", {"patience": -60.0}, "Expected patience_seconds > 0, got -60 in interval 1."),
        ("A", {"patience": NAN}, "Expected a known patience_seconds for Erlang A"),
        ("A", {"aht": -240.0}, "Expected aht_seconds > 0, got -240 in interval 1."),
        ("A", {"aht": NAN}, "Expected a known aht_seconds, got nan in interval 1."),
        ("C", {"aht": NAN}, "Expected a known aht_seconds to compute waits"),
    ],
)
def test_traffic_that_no_queue_has_is_refused(model, wrong, sentence):
    with pytest.raises(UnusableInput) as refusal:
        required(model, traffic(**wrong))
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"level": 1.0}, "Expected a level below 1 within a finite threshold"),
        ({"level": -0.8}, "Expected a level above 0 and up to 1, got -0.8 in interval 0."),
        ({"level": 0.0}, "Expected a level above 0 and up to 1, got 0"),
        ({"threshold_seconds": NAN}, "Expected threshold_seconds >= 0 beside a level, got nan"),
        ({"threshold_seconds": -1.0}, "got -1 in interval 0."),
        ({"max_asa_seconds": -1.0}, "Expected max_asa_seconds >= 0, got -1 in interval 0."),
        ({"min_agents": -2.0}, "Expected min_agents >= 0, got -2 in interval 0."),
    ],
)
def test_goals_that_mean_nothing_are_refused(wrong, sentence):
    for model in ("A", "C"):
        with pytest.raises(UnusableInput) as refusal:
            required(model, traffic(), **wrong)
        assert sentence in str(refusal.value)
    with pytest.raises(UnusableInput):
        required_chat_agents(handling=ChatHandling(2, 0.2), traffic=traffic(), goals=goals(**wrong))


@pytest.mark.parametrize(("agents", "sentence"), [(-1.0, "agents >= 0"), (2.5, "whole agents")])
def test_agents_that_are_no_number_of_people_are_refused(agents, sentence):
    with pytest.raises(UnusableInput, match=sentence):
        evaluate(
            model=Model.A,
            traffic=traffic(),
            agents=np.array([5.0, agents]),
            thresholds=Thresholds(np.full(2, 20.0), np.full(2, 5.0)),
        )


def test_no_load_needs_nothing_else():
    nothing = traffic(erlangs=0.0, aht=NAN, patience=NAN)
    assert required("A", nothing).tolist()[1] == 0


@pytest.mark.parametrize("patience", [60.0, NAN])
def test_chats_that_nobody_answers_are_not_in_time(patience):
    found = evaluate_chat(
        handling=ChatHandling(3, 0.2),
        traffic=traffic(patience=patience),
        agents=np.array([4.0, 0.0]),
        thresholds=Thresholds(np.full(2, 20.0), np.full(2, 5.0)),
    )
    levels = found.service_levels[ServiceLevel.ANSWERED_OVER_OFFERED]
    assert levels[0] > 0.9
    assert levels[1] == 0.0
    assert found.wait_rate[1] == 1.0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"goal": {"level": -1.0}}, "above 0 % and up to 100 %, got -100 %"),
        ({"goal": {"level": NAN}}, "above 0 % and up to 100 %"),
        ({"goal": {"threshold_seconds": NAN}}, "0 seconds or more, got nan"),
        ({"patience_seconds": float("inf")}, "Expected patience_seconds from"),
        ({"patience_seconds": NAN}, "Expected patience_seconds from"),
    ],
)
def test_the_calculator_refuses_the_same(wrong, sentence):
    goal = LiveGoal(
        **(
            {
                "definition": ServiceLevel.ANSWERED_OVER_OFFERED,
                "level": 0.8,
                "threshold_seconds": 20.0,
            }
            | wrong.pop("goal", {})
        )
    )
    asked = {
        "offered": 10.0,
        "interval_minutes": 15,
        "aht_seconds": 240.0,
        "patience_seconds": 60.0,
    }
    with pytest.raises(UnableToCalculate) as refusal:
        calculate(Question(**(asked | wrong), goal=goal))
    assert sentence in str(refusal.value)
