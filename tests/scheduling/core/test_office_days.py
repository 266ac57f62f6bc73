"""Days in the office: ratios, desks, team days, hours, meetings; each rule has a test that fails without it."""

from itertools import product

import numpy as np
import pytest

from scheduling.core import office_plan
from scheduling.core.data import FixedShift, FloatingActivity, WorkMode
from scheduling.core.office_days import OfficeTeam, office_shifts
from scheduling.core.office_model import OfficeModel, OfficeWeek, cheapest_days
from scheduling.core.office_plan import plan_office
from scheduling.core.office_relaxed import relaxed_days
from scheduling.core.roster import Roster
from tests.scheduling.core import weeks
from tests.scheduling.core.hybrid_checker import office_faults

SLOTS = 7 * weeks.DAY


def hybrid(key, **fields):
    defaults = {"work_mode": WorkMode.HYBRID, "site": "north", "office_days_per_week": (3, 3)}
    return weeks.agent(key, **defaults | fields)


def split_contract():
    return weeks.contract(
        patterns=(
            weeks.pattern(
                minutes=0,
                key="split",
                piece_minutes=(240, 240),
                gap_minutes=(180,),
                paid_minutes=480,
                breaks=(),
            ),
        ),
        paid_minutes_per_week=(0, 2400),
    )


def desks(count):
    return {"north": np.full(SLOTS, count, dtype=np.int64)}


def planned(data, worth=None, *, best_on=None, teams=()):
    """Everyone's tour on `best_on` (or on what is required), then the days in the office."""
    roster = Roster(data)
    weights = np.ones(SLOTS) if best_on is None else best_on
    tours = [group.model.best_tour(weights) for group in roster.class_of]
    worth = np.ones(SLOTS) if worth is None else worth
    plan = plan_office(data, tours, [worth] * len(tours), teams=teams)
    assert office_faults(data, tours, plan, told=plan.findings) == []
    return plan, tours


def days_of(plan, agent):
    return {day for who, day in plan.in_office if who == agent}


def worth_by_day(*values):
    return np.repeat(np.asarray(values, dtype=float), weeks.DAY)


def test_the_days_in_the_office_are_those_on_which_a_slot_is_worth_least():
    data = weeks.week(
        agents=[hybrid("anna", spans=weeks.open_days(0, 1, 2, 3, 4))], office_rate=0.9
    )
    plan, _tours = planned(data, worth_by_day(5, 1, 4, 2, 3, 0, 0))
    assert days_of(plan, 0) == {1, 3, 4}
    assert plan.cost == pytest.approx(0.1 * 30 * (1 + 2 + 3))


def test_nobody_is_in_the_office_on_more_days_than_agreed():
    data = weeks.week(agents=[hybrid("anna", office_days_per_week=(0, 0))])
    plan, _tours = planned(data)
    assert days_of(plan, 0) == set()


def test_two_people_on_one_desk_come_on_different_days():
    """Five worked days, one desk: three days of one leave two for the other, who lacks one."""
    agents = [
        hybrid(key, office_days_per_week=quota, spans=weeks.open_days(0, 1, 2, 3, 4))
        for key, quota in (("anna", (3, 3)), ("bea", (2, 2)))
    ]
    plan, _tours = planned(weeks.week(agents=agents, seats=desks(1)))
    assert not days_of(plan, 0) & days_of(plan, 1)
    assert (len(days_of(plan, 0)), len(days_of(plan, 1))) == (3, 2)
    assert plan.conflicts == ()


def test_a_lack_of_desks_names_person_and_smallest_relaxation():
    agents = [hybrid(key, spans=weeks.open_days(0, 1, 2, 3, 4)) for key in ("anna", "bea")]
    plan, _tours = planned(weeks.week(agents=agents, seats=desks(1)))
    (conflict,) = plan.conflicts
    assert (conflict.week, conflict.missing_days, conflict.lacks_desk) == (0, 1, True)
    (finding,) = plan.findings
    assert finding.subject in {"anna", "bea"}
    assert finding.code == "office_days_desk"
    assert finding.values == {"week": 1, "least": 3, "possible": 2}
    relaxed = [
        hybrid(
            key,
            office_days_per_week=(2, 2) if key == finding.subject else (3, 3),
            spans=weeks.open_days(0, 1, 2, 3, 4),
        )
        for key in ("anna", "bea")
    ]
    assert planned(weeks.week(agents=relaxed, seats=desks(1)))[0].findings == ()


def test_those_who_always_work_in_the_office_hold_their_desks():
    agents = [
        weeks.agent(
            "omar", work_mode=WorkMode.OFFICE, site="north", spans=weeks.open_days(0, 1, 2, 3, 4)
        ),
        hybrid("anna", spans=weeks.open_days(0, 1, 2, 3, 4)),
    ]
    plan, _tours = planned(weeks.week(agents=agents, seats=desks(1)))
    assert days_of(plan, 1) == set()
    assert plan.conflicts[0].missing_days == 3


def test_the_gap_of_a_split_shift_holds_no_desk():
    """A short shift fits exactly into the other's gap on the same desk."""
    short = weeks.contract(
        name="short",
        patterns=(weeks.pattern(180, paid_minutes=180, breaks=()),),
        paid_minutes_per_week=(0, 2400),
    )
    agents = [
        hybrid("anna", spans=weeks.open_days(0, 1, 2, 3, 4, low=8, high=19)),
        hybrid("bea", contract="short", spans=weeks.open_days(0, 1, 2, 3, 4, low=12, high=15)),
    ]
    data = weeks.week(agents=agents, contracts=[split_contract(), short], seats=desks(1))
    plan, _tours = planned(data)
    assert (len(days_of(plan, 0)), len(days_of(plan, 1))) == (3, 3)


def test_a_shift_outside_the_hours_of_the_office_is_worked_from_home():
    opened = tuple((day * 96 + 8 * 4, day * 96 + 18 * 4) for day in (0, 1))
    data = weeks.week(
        agents=[hybrid("anna", spans=weeks.open_days(0, 1, 2, 3, 4, low=9, high=17))],
        office_spans={"north": opened},
    )
    plan, _tours = planned(data)
    assert days_of(plan, 0) == {0, 1}
    assert plan.findings[0].code == "office_days_few"
    assert plan.findings[0].values == {"week": 1, "least": 3, "possible": 2}


def test_days_at_home_are_kept_at_home():
    data = weeks.week(
        agents=[hybrid("anna", spans=weeks.open_days(0, 1, 2, 3, 4), home_days=frozenset({1, 3}))],
        office_rate=0.9,
    )
    plan, _tours = planned(data, worth_by_day(5, 1, 4, 2, 3, 0, 0))
    assert days_of(plan, 0) == {0, 2, 4}


def test_days_meant_for_the_office_are_spent_there_though_others_cost_less():
    data = weeks.week(
        agents=[
            hybrid("anna", spans=weeks.open_days(0, 1, 2, 3, 4), office_days=frozenset({0, 2}))
        ],
        office_rate=0.9,
    )
    plan, _tours = planned(data, worth_by_day(5, 1, 4, 2, 3, 0, 0))
    assert days_of(plan, 0) == {0, 1, 2}


def test_a_locked_shift_stays_where_it_is():
    fixed = FixedShift(
        day=0,
        start_slot=36,
        end_slot=68,
        working_slots=tuple(range(36, 68)),
        paid_minutes=450,
        in_office=True,
    )
    data = weeks.week(
        agents=[hybrid("anna", spans=weeks.open_days(0, 1, 2, 3, 4), fixed=(fixed,))],
        office_rate=0.9,
    )
    plan, _tours = planned(data, worth_by_day(5, 1, 4, 2, 3, 0, 0))
    assert days_of(plan, 0) == {0, 1, 3}


def test_granted_time_off_excuses_days_that_nobody_works():
    contract = weeks.contract(days_per_week=(2, 5), paid_minutes_per_week=(0, 2250))
    fields = {"spans": weeks.open_days(0, 1)}
    off = hybrid("anna", credited_days=(3,), credited_minutes=(1350,), **fields)
    plan, _tours = planned(weeks.week(agents=[off], contracts=[contract]))
    assert (days_of(plan, 0), plan.findings) == ({0, 1}, ())
    plan, _tours = planned(weeks.week(agents=[hybrid("anna", **fields)], contracts=[contract]))
    assert plan.findings[0].code == "office_days_few"


def test_a_team_comes_in_on_the_same_days():
    """Alone each would choose other days; the team's two days cost least together."""
    agents = [
        hybrid("anna", office_days_per_week=(2, 2), spans=weeks.open_days(0, 1, 2, 3, 4)),
        hybrid("bea", office_days_per_week=(2, 2), spans=weeks.open_days(0, 1, 2, 3, 4)),
    ]
    data = weeks.week(agents=agents, office_rate=0.9)
    roster = Roster(data)
    tours = [group.model.best_tour(np.ones(SLOTS)) for group in roster.class_of]
    worths = [worth_by_day(1, 2, 3, 9, 9, 0, 0), worth_by_day(9, 2, 3, 9, 1, 0, 0)]
    alone = plan_office(data, tours, worths)
    assert days_of(alone, 0) != days_of(alone, 1)
    team = OfficeTeam(key="red", members=(0, 1), days_per_week=2)
    plan = plan_office(data, tours, worths, teams=[team])
    assert days_of(plan, 0) == days_of(plan, 1) == {1, 2}
    assert plan.team_days == {("red", 0): (1, 2)}


def meeting(*attendants, **fields):
    defaults = {"key": "review", "minutes": 60, "spans": ((0, 5 * 96),), "needs_office": True}
    return FloatingActivity(attendants=attendants, **defaults | fields)


def test_a_meeting_in_the_office_brings_its_people_in_on_one_of_their_days():
    """Apart they would share no day; the home worker travels once and on no other day."""
    agents = [
        hybrid("anna", office_days_per_week=(1, 1), spans=weeks.open_days(0, 1, 2, 3, 4)),
        hybrid("bea", office_days_per_week=(1, 1), spans=weeks.open_days(0, 1, 2, 3, 4)),
        weeks.agent("cleo", site="north", spans=weeks.open_days(0, 1, 2, 3, 4)),
    ]
    data = weeks.week(agents=agents, office_rate=0.9, activities=(meeting("anna", "bea", "cleo"),))
    roster = Roster(data)
    tours = [group.model.best_tour(np.ones(SLOTS)) for group in roster.class_of]
    worths = [
        worth_by_day(1, 2, 9, 9, 9, 0, 0),
        worth_by_day(9, 2, 1, 9, 9, 0, 0),
        worth_by_day(3, 3, 3, 3, 3, 0, 0),
    ]
    plan = plan_office(data, tours, worths)
    assert plan.activity_days == {"review": 1}
    assert [days_of(plan, n) for n in range(3)] == [{1}, {1}, {1}]


def test_two_meetings_share_one_day_of_travel():
    agents = [weeks.agent("cleo", site="north", spans=weeks.open_days(0, 1, 2, 3, 4))]
    data = weeks.week(
        agents=agents,
        activities=(
            meeting("cleo", key="one", spans=((0, 2 * 96),)),
            meeting("cleo", key="two", spans=((96, 4 * 96),)),
        ),
    )
    plan, _tours = planned(data)
    assert days_of(plan, 0) == {1}


@pytest.mark.parametrize("seed", range(6))
def test_random_small_weeks_are_as_good_as_trying_everything(seed):
    """Three people, two desks, four shifts each: programme, CP-SAT and every combination agree."""
    rng = np.random.default_rng(seed)
    agents = [
        hybrid(f"p{n}", office_days_per_week=(2, 2), spans=weeks.open_days(0, 1, 2, 3))
        for n in range(3)
    ]
    contract = weeks.contract(days_per_week=(4, 4), paid_minutes_per_week=(0, 2250))
    data = weeks.week(agents=agents, contracts=[contract], office_rate=0.5)
    roster = Roster(data)
    tours = [g.model.best_tour(rng.uniform(0, 1, SLOTS)) for g in roster.class_of]
    worths = [rng.uniform(0, 3, SLOTS) for _ in agents]
    shifts = office_shifts(data, tours, worths)
    week = OfficeWeek(shifts=shifts, free=desks(2), asked=dict.fromkeys(range(3), (2, 2)))
    best = min(
        sum(s.loss for s, sits in zip(shifts, choice, strict=True) if sits)
        for choice in product((0, 1), repeat=len(shifts))
        if _legal(shifts, choice, most=2)
    )
    found = [relaxed_days(week), OfficeModel(week).solve(effort=5, seed=1).chosen]
    for chosen in found:
        assert sum(shifts[n].loss for n in chosen) == pytest.approx(best, rel=1e-3)
        assert _legal(shifts, [n in chosen for n in range(len(shifts))], most=2)


def _legal(shifts, choice, *, most):
    taken = np.zeros(SLOTS)
    count = {}
    for shift, sits in zip(shifts, choice, strict=True):
        if sits:
            taken[shift.present] += 1
            count[shift.agent] = count.get(shift.agent, 0) + 1
    return taken.max() <= most and set(count.values()) == {2} and len(count) == 3


def test_the_cheapest_days_are_taken_at_once_only_where_desks_suffice():
    data = weeks.week(agents=[hybrid("anna"), hybrid("bea")])
    roster = Roster(data)
    tours = [group.model.best_tour(np.ones(SLOTS)) for group in roster.class_of]
    shifts = office_shifts(data, tours, [np.ones(SLOTS)] * 2)
    asked = {0: (3, 3), 1: (3, 3)}
    assert len(cheapest_days(OfficeWeek(shifts=shifts, free=desks(2), asked=asked))) == 6
    assert cheapest_days(OfficeWeek(shifts=shifts, free=desks(1), asked=asked)) is None


def test_in_large_weeks_the_linked_are_planned_after_all_others(monkeypatch):
    """The same as the model of everybody, here where desks are scarce and a pair must meet."""
    agents = [
        hybrid(f"p{n}", spans=weeks.open_days(0, 1, 2, 3, 4), office_days_per_week=(2, 2))
        for n in range(8)
    ]
    data = weeks.week(
        agents=agents, seats=desks(4), office_rate=0.9, activities=(meeting("p0", "p1"),)
    )
    worth = worth_by_day(5, 1, 4, 2, 3, 0, 0)
    whole, _tours = planned(data, worth)
    monkeypatch.setattr(office_plan, "SMALL_WEEK", 0)
    parts, _tours = planned(data, worth)
    assert parts.activity_days.keys() == whole.activity_days.keys() == {"review"}
    assert parts.conflicts == whole.conflicts == ()
    assert parts.cost == pytest.approx(whole.cost)


def test_where_the_linked_find_no_desk_left_all_are_planned_together(monkeypatch):
    """Alone the others take the only desk on the one day on which the pair works together."""
    agents = [
        hybrid("anna", spans=weeks.open_days(0), office_days_per_week=(0, 1)),
        hybrid("bea", spans=weeks.open_days(0), office_days_per_week=(0, 1)),
        *(
            hybrid(f"p{n}", spans=weeks.open_days(0, 1), office_days_per_week=(1, 1))
            for n in range(3)
        ),
    ]
    contract = weeks.contract(days_per_week=(1, 2), paid_minutes_per_week=(0, 999))
    data = weeks.week(
        agents=agents,
        contracts=[contract],
        seats=desks(3),
        office_rate=0.9,
        activities=(meeting("anna", "bea"),),
    )
    monkeypatch.setattr(office_plan, "SMALL_WEEK", 0)
    plan, _tours = planned(data, worth_by_day(1, 5, 0, 0, 0, 0, 0))
    assert plan.activity_days == {"review": 0}
    assert plan.conflicts == ()
