"""Plans by CP-SAT: legal whatever they change, and never dearer."""

import numpy as np
import pytest

from scheduling.core.day_programme import DayProgramme
from scheduling.core.improve import construct
from scheduling.core.roster import Roster
from tests.scheduling.core import weeks
from tests.scheduling.core.roster_checker import broken_rules

NIGHTS = tuple(((d * 96 + 60, min(d * 96 + 140, 672)),) for d in range(7))


def never():
    return False


def built(data):
    roster = Roster(data)
    construct(roster, rng=np.random.default_rng(1), stop=never)
    return roster


CASES = {
    "band": weeks.contract(start_band_minutes=120),
    "rest": weeks.contract(min_rest_minutes=900),
    "runs": weeks.contract(max_consecutive_days=3),
    "lengths": weeks.contract(
        patterns=(weeks.pattern(300, paid_minutes=300, breaks=()), weeks.pattern(480)),
        days_per_week=(4, 5),
        paid_minutes_per_week=(1500, 2000),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_plan_keeps_every_rule_and_costs_no_more(case):
    people = [
        weeks.agent(
            f"p{n}", skills=("calls", "chat")[: 1 + n % 2], previous_run_days=n % 3,
            spans=weeks.open_days(*range(7)) if n else NIGHTS,
        )
        for n in range(4)
    ]  # fmt: skip
    required = {
        "calls": weeks.demand(2.3, hours=(9, 16), days=(0, 1, 3, 5)),
        "chat": weeks.demand(1.0, hours=(12, 20)),
    }
    data = weeks.week(agents=people, contracts=[CASES[case]], required=required)
    roster = built(data)
    before = roster.cost()
    plan = DayProgramme(roster, 3)
    changed = plan.improve(effort=1.0, seed=1, stop=never)
    assert broken_rules(data, roster.tours) == []
    assert roster.cost() < before if changed else roster.cost() == pytest.approx(before)
