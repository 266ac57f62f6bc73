"""Plans by CP-SAT: legal whatever they change, and never dearer."""

from dataclasses import replace

import numpy as np
import pytest

from scheduling.core.day_programme import (
    DayProgramme,
    _Group,
    _in_order,
    _Member,
    apart,
    improve_days,
)
from scheduling.core.improve import construct
from scheduling.core.roster import Roster
from scheduling.core.tours import PlacedShift
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


def members(*windows):
    """Shifts of one day that may start between two slots each."""
    shift = PlacedShift(day=0, start_slot=28, end_slot=60, shape=0, breaks=(), paid_minutes=480)
    return [
        _Member(
            agent=n, shift=shift, first=first, last=last, allowed=frozenset(range(first, last + 1))
        )
        for n, (first, last) in enumerate(windows)
    ]


def parts_of(*windows):
    group = _Group(mask=1, site="", shape=0, model=None, members=members(*windows))
    return [[(m.first, m.last) for m in part.members] for part in _in_order(group)]


def test_one_narrow_window_narrows_nobody_else():
    wide = [(28, 36), (29, 37), (30, 38)]
    assert parts_of(*wide, (32, 36)) == [[*wide], [(32, 36)]]
    assert parts_of(*wide) == [wide]


def test_windows_of_too_many_kinds_are_narrowed_in_the_last_part():
    """Each inside the one before: five of them need five parts, and there are four."""
    nested = [(20 + n, 60 - n) for n in range(5)]
    parts = parts_of(*nested)
    assert parts[:3] == [[window] for window in nested[:3]]
    assert parts[3] == [(23, 56), (24, 56)]
    for part in parts:
        assert part == sorted(part)
        assert [last for _, last in part] == sorted(last for _, last in part)


def test_days_side_by_side_never_touch():
    for count in range(1, 29):
        pairs = apart(range(count))
        assert sorted(day for pair in pairs for day in pair) == list(range(count))
        assert all(len(pair) == 1 or abs(pair[0] - pair[1]) > 1 for pair in pairs)
        assert len(pairs) <= count // 2 + 2
    assert apart([3, 4]) == [(3,), (4,)]


def test_two_days_side_by_side_cost_no_more_than_before_and_are_legal():
    data = weeks.week(
        agents=[weeks.agent(f"p{n}") for n in range(5)],
        contracts=[weeks.contract(start_band_minutes=240, min_rest_minutes=660)],
        required={"calls": weeks.demand(3.0, hours=(7, 21))},
    )
    costs = set()
    for threads in (1, 2):
        roster = built(data)
        before = roster.cost()
        for pair in apart(range(7)):
            improve_days(
                [DayProgramme(roster, day) for day in pair],
                threads=threads,
                effort=1.0,
                seed=1,
                stop=never,
            )
        assert broken_rules(data, roster.tours) == []
        assert roster.cost() < before
        costs.add(roster.cost())
    assert len(costs) == 1


def test_in_a_large_roster_a_few_of_a_class_start_alike(monkeypatch):
    """Two fifths of the time to the first schedule of 5,000 people; nobody without a tour gets one."""
    monkeypatch.setattr("scheduling.core.improve.AGENTS_ALIKE", 4)
    people = [weeks.agent(f"p{n}", skills=("calls", "chat")[: 1 + n % 2]) for n in range(9)]
    people.append(weeks.agent("never", spans=((),) * 7))
    data = weeks.week(
        agents=people, required={"calls": weeks.demand(4.0), "chat": weeks.demand(2.0)}
    )
    roster = built(data)
    assert [tour is not None for tour in roster.tours] == [True] * 9 + [False]
    assert broken_rules(replace(data, agents=data.agents[:9]), roster.tours[:9]) == []
    assert roster.evaluations < 6
    again = Roster(data)
    again.load(roster.tours)
    assert again.cost() == pytest.approx(roster.cost())
    assert len({id(tour) for tour in roster.tours}) < 6
