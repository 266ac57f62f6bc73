"""Who can be at work in a slot, and which rule keeps them away: the quick answers are those of whole tours."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from scheduling.core.at_work import rest_is_implied, works_at
from scheduling.core.explain_interval import DAY_RULES, rule_against
from scheduling.core.instance_file import read_instance
from scheduling.core.priced_tours import FORCED, without
from scheduling.core.pricing import AgentClass, agent_classes
from scheduling.core.reach import reach_of
from scheduling.core.rule_book import RULES
from tests.scheduling.core.test_tours import AGENTS, HOURS, LONG, SPLIT, case
from tests.scheduling.core.test_tours import RULES as CASES
from tests.scheduling.instances import random_instance


def by_whole_tours(model, slot):
    """Whether the best tour for whom the slot is worth everything works there."""
    weights = np.zeros(model.horizon.slots)
    weights[slot] = FORCED
    tour = model.best_tour(weights)
    return tour is not None and bool((tour.working == slot).any())


def rule_by_rule(model, slot):
    """The first rule alone without which a whole tour works in the slot."""
    if by_whole_tours(model, slot):
        return None
    in_reach = reach_of(model, model.horizon.slots)[slot]
    for rule in RULES:
        binds = rule.binds(model.agent, model.contract, model.horizon)
        asked = binds and not (in_reach and rule.key in DAY_RULES)
        if asked and by_whole_tours(without(model, rule), slot):
            return rule.key
    return "several"


def models():
    for name, (situation, rules) in CASES.items():
        yield name, case(1, **situation, **rules).model
    for name, (situation, fields) in AGENTS.items():
        plain = case(2, **situation)
        yield name, replace(plain, agent=replace(plain.agent, **fields)).model
    yield "nobody", case(3, days_per_week=(5, 5)).model


MODELS = dict(models())


@pytest.mark.parametrize("name", MODELS)
def test_somebody_can_be_there_where_a_whole_tour_is(name):
    model = MODELS[name]
    for slot in range(model.horizon.slots):
        assert works_at(model, slot) == by_whole_tours(model, slot), slot


def test_these_cases_say_yes_and_no():
    found = Counter(
        works_at(model, slot) for model in MODELS.values() for slot in range(model.horizon.slots)
    )
    assert min(found[True], found[False]) > 200


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_the_same_holds_over_weeks_and_contracts(seed):
    for group in agent_classes(read_instance(random_instance(seed)[0])):
        model = group.model
        for slot in range(0, model.horizon.slots, max(1, model.horizon.slots // 60)):
            assert works_at(model, slot) == by_whole_tours(model, slot), slot


def group_of(model):
    return AgentClass(model=model, skills=("s",), members=(0,))


@pytest.mark.parametrize("name", MODELS)
def test_the_rule_found_is_the_first_that_alone_gives_way(name):
    """Rules asked about together are left out only where none of them would have helped."""
    model = MODELS[name]
    for slot in range(0, model.horizon.slots, 3):
        found = rule_against(group_of(model), slot)
        if found in {"hours", "days_off"} and not reach_of(model, model.horizon.slots)[slot]:
            continue  # the quick answer for hours in which the person cannot work at all
        assert found == rule_by_rule(model, slot), slot


BOUND = {
    "days": {"days_per_week": (5, 5), "paid_minutes_per_week": (0, 1500)},
    "hours": {"days_per_week": (2, 3), "paid_minutes_per_week": (1260, 1260)},
    "row": {"max_consecutive_days": 2, "consecutive_days_off": 3},
    "rest": {"min_rest_minutes": 900, "start_band_minutes": 120, "days_per_week": (6, 7)},
    "weekend": {"max_weekends_in_4_weeks": 1, "days_per_week": (4, 6)},
}


@pytest.mark.parametrize("name", BOUND)
def test_the_rule_is_found_where_many_bind(name):
    one = case(5, patterns=(LONG, SPLIT), open_days=range(7), **BOUND[name])
    agent = replace(one.agent, previous_run_days=2, previous_weekends=(True, False, True))
    model = replace(one, agent=agent).model
    reasons = [rule_against(group_of(model), slot) for slot in range(0, 7 * HOURS, 2)]
    assert reasons == [
        rule_by_rule(model, slot) if reach_of(model, 7 * HOURS)[slot] else reasons[slot // 2]
        for slot in range(0, 7 * HOURS, 2)
    ]


def test_rest_is_implied_by_a_narrow_band_only():
    wide = case(1, start_band_minutes=1440, min_rest_minutes=660).model
    narrow = case(1, start_band_minutes=180, min_rest_minutes=660).model
    assert rest_is_implied(narrow)
    assert not rest_is_implied(wide)
    assert not rest_is_implied(case(1, days=14, start_band_minutes=180).model)
