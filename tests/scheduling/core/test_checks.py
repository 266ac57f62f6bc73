"""Findings before the solve: person, rule and the smallest relaxation, and none that is false."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from scheduling.core.checks import check_inputs
from scheduling.core.data import FixedShift
from scheduling.core.findings import TEXTS, Severity
from scheduling.core.tours import TourModel
from tests.scheduling.core import weeks
from tests.scheduling.core.test_bound import random_week

FIXED = [
    FixedShift(
        day=day,
        start_slot=day * 96 + 32,
        end_slot=day * 96 + 64,
        working_slots=tuple(range(day * 96 + 32, day * 96 + 64)),
        paid_minutes=450,
    )
    for day in range(6)
]
EVERY_OTHER_EVENING = tuple(
    ((day * 96 + (24 if day % 2 else 56), day * 96 + (57 if day % 2 else 88)),) for day in range(7)
)


def errors(**fields):
    contract = weeks.contract(**fields.pop("contract", {}))
    data = weeks.week(agents=[weeks.agent(**fields)], contracts=[contract])
    return [f for f in check_inputs(data) if f.severity == Severity.ERROR]


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"spans": weeks.open_days(0, 1, 2)}, "too_few_days", "5 days a week become 3"),
        ({"contract": {"paid_minutes_per_week": (2300, 2400)}}, "too_few_minutes", "37.5"),
        ({"contract": {"paid_minutes_per_week": (0, 2000)}}, "too_many_minutes", "37.5"),
        ({"contract": {"days_per_week": (4, 5), "paid_minutes_per_week": (1900, 2000)}},
         "hours_between", "allow 30.0"),
        ({"fixed": tuple(FIXED)}, "fixed_too_much", "6 days"),
        ({"spans": EVERY_OTHER_EVENING, "contract": {"start_band_minutes": 120}},
         "start_band", "allow 480 minutes"),
        ({"spans": EVERY_OTHER_EVENING, "contract": {"min_rest_minutes": 1000, "days_per_week": (7, 7), "paid_minutes_per_week": (3150, 3150)}},
         "rest", "allow 480 minutes"),
        ({"contract": {"max_consecutive_days": 3, "days_per_week": (7, 7), "paid_minutes_per_week": (3150, 3150)}},
         "consecutive_days", "allow 7"),
    ],
)  # fmt: skip
def test_one_rule_is_named_with_its_smallest_relaxation(fields, code, words):
    (found,) = errors(**fields)
    assert (found.code, found.subject) == (code, "anna")
    assert words in found.text


def test_closed_days_that_clash_with_runs_are_named():
    """Five days in a row are closed off by the run limit; one more open day gives a legal week."""
    (found,) = errors(spans=weeks.open_days(0, 1, 2, 3, 4), contract={"max_consecutive_days": 4})
    assert found.code == "days_closed"
    assert "day 6" in found.text


def test_findings_about_demand_and_skills():
    data = weeks.week(
        agents=[weeks.agent(), weeks.agent("idle", skills=("french",))],
        required={"calls": weeks.demand(3.0), "chat": weeks.demand(1.0)},
    )
    codes = {(f.code, f.subject) for f in check_inputs(data)}
    assert codes == {
        ("skill_without_agent", "chat"),
        ("more_than_people", "calls"),
        ("agent_without_skill", "idle"),
        ("hours_missing", ""),
    }
    nothing = weeks.week(required={"calls": weeks.demand(0.0)})
    assert [f.code for f in check_inputs(nothing)] == ["no_requirement"]


def test_the_relaxation_that_is_named_really_helps():
    contract = weeks.contract(start_band_minutes=120)
    agent = weeks.agent(spans=EVERY_OTHER_EVENING)
    data = weeks.week(agents=[agent], contracts=[contract])
    (found,) = [f for f in check_inputs(data) if f.severity == Severity.ERROR]
    needed = int(found.values["needed"])
    for minutes, legal in ((needed, True), (needed - 15, False)):
        model = TourModel(agent, replace(contract, start_band_minutes=minutes), data.horizon)
        assert model.has_week() is legal


@settings(max_examples=25, deadline=None)
@given(random_week())
def test_everyone_who_is_named_has_no_week_and_every_sentence_can_be_written(data):
    """No false accusation: giving the named person nothing but open days must be needed."""
    named = {f.subject for f in check_inputs(data) if f.severity == Severity.ERROR}
    for agent in data.agents:
        model = TourModel(agent, data.contracts[agent.contract], data.horizon)
        assert model.has_week() is (agent.key not in named)
    assert all(f.text and f.code in TEXTS for f in check_inputs(data))
