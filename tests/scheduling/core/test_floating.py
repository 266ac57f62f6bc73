"""Floating activities: where service costs least, together, in rooms; what stands in the way is named."""

import numpy as np
import pytest

from scheduling.core.data import FloatingActivity, WorkMode
from scheduling.core.floating_model import place_activities
from scheduling.core.joint_state import JointState
from scheduling.core.office_days import OfficePlan
from scheduling.core.roster import Roster
from tests.scheduling.core import weeks
from tests.scheduling.core.hybrid_checker import activity_faults

SLOTS = 7 * weeks.DAY


def contract():
    """One shift of eight hours a week with a lunch, on the one open day."""
    return weeks.contract(days_per_week=(1, 1), paid_minutes_per_week=(0, 999))


def person(key, *, low=8, high=16, day=0, **fields):
    return weeks.agent(key, spans=weeks.open_days(day, low=low, high=high), **fields)


def activity(*attendants, key="talk", minutes=60, **fields):
    defaults = {"spans": ((0, 96),)}
    return FloatingActivity(key=key, minutes=minutes, attendants=attendants, **defaults | fields)


def placed(agents, activities, *, required=None, in_office=(), **fields):
    data = weeks.week(
        agents=agents,
        contracts=[contract()],
        required={"calls": weeks.demand(0.0) if required is None else required},
        activities=tuple(activities),
        **fields,
    )
    roster = Roster(data)
    tours = [
        group.model.best_tour(data.required_agents["calls"] + 0.01) for group in roster.class_of
    ]
    state = JointState(data, tours)
    office = OfficePlan(in_office=frozenset(in_office))
    before = state.roster.coverage.cost()
    staff = state.staff(office)
    plan = place_activities(data, staff)
    assert activity_faults(data, tours, plan, office) == []
    away = sum((a.end_slot - a.start_slot) * len(a.attendants) for a in plan.placed)
    assert plan.cost == pytest.approx(
        staff.coverage.cost() - before + away * data.over_cost, abs=1e-6
    )
    return plan


def rooms(count):
    return {"north": np.full(SLOTS, count, dtype=np.int64)}


def busy_until(hour):
    """One caller needs someone until this hour of day 0, nobody after."""
    row = np.zeros(SLOTS)
    row[: hour * 4] = 1.0
    return row


def test_training_is_held_when_nobody_is_needed():
    plan = placed([person("anna")], [activity("anna")], required=busy_until(14))
    assert plan.placed[0].start_slot >= 14 * 4
    assert plan.cost == 0


def test_an_activity_stays_inside_its_window_though_service_is_lost():
    plan = placed(
        [person("anna")], [activity("anna", spans=((8 * 4, 10 * 4),))], required=busy_until(14)
    )
    assert plan.placed[0].end_slot <= 40
    assert plan.cost == pytest.approx(4 * (10.0 + 1.0))


def test_an_activity_lies_whole_in_one_of_its_spans():
    plan = placed([person("anna")], [activity("anna", spans=((32, 34), (34, 36)))])
    assert plan.unplaced == ("talk",)


def test_nobody_attends_during_a_break():
    """Three hours are open and lunch lies somewhere inside the only window of 3.5 hours."""
    plan = placed([person("anna")], [activity("anna", minutes=210, spans=((44, 58),))])
    assert plan.unplaced == ("talk",)
    assert plan.findings[0].code == "activity_apart"


def test_a_group_meets_at_a_time_at_which_all_are_there():
    agents = [person("anna", low=6, high=14), person("bea", low=12, high=20)]
    plan = placed(agents, [activity("anna", "bea", minutes=30)])
    assert 12 * 4 <= plan.placed[0].start_slot < plan.placed[0].end_slot <= 14 * 4


def test_a_pair_meets_where_both_together_cost_least():
    """Two are needed until noon, one until two: the pair waits, each alone would be spared earlier."""
    row = busy_until(14) + busy_until(12)
    plan = placed([person("anna"), person("bea")], [activity("anna", "bea")], required=row)
    assert plan.placed[0].start_slot >= 14 * 4


def test_two_trainings_do_not_both_take_the_slot_that_one_can_be_spared_in():
    row = np.full(SLOTS, 1.0)
    plan = placed(
        [person("anna"), person("bea")],
        [activity("anna", key="one", minutes=240), activity("bea", key="two", minutes=180)],
        required=row,
        seats={},
    )
    one, two = plan.placed
    assert one.end_slot <= two.start_slot or two.end_slot <= one.start_slot


def test_who_stands_in_the_way_of_another_moves_over():
    """The first takes the earliest of equal times; there it would cost the other three slots more."""
    row = np.full(SLOTS, 1.0)
    row[24:29] = 2.0
    agents = [person("anna", low=6, high=14), person("bea", low=6, high=14)]
    first = activity("anna", key="a", minutes=45, spans=((32, 44),))
    second = activity("bea", key="b", minutes=120, spans=((24, 36),))
    plan = placed(agents, [first, second], required=row)
    assert plan.placed[0].start_slot >= 36
    assert plan.placed[1].start_slot == 28
    assert sum(item.cost for item in plan.placed) == pytest.approx(11.0)


def test_nobody_is_in_two_activities_at_once():
    plan = placed(
        [person("anna")],
        [activity("anna", key="one"), activity("anna", key="two", spans=((32, 36),))],
    )
    assert len(plan.placed) == 2


def test_activities_that_clash_are_planned_together():
    """The long one alone would take the quiet middle and leave the short one no hour beside it."""
    row = np.zeros(SLOTS)
    row[[32, 33, 42, 43]] = 1.0
    items = [
        activity("anna", key="long", minutes=120, spans=((32, 44),)),
        activity("anna", key="short", minutes=60, spans=((32, 44),)),
    ]
    alone = placed([person("anna")], items[:1], required=row)
    assert alone.placed[0].start_slot == 34
    assert len(placed([person("anna")], items, required=row).placed) == 2


@pytest.mark.parametrize(("count", "held"), [(1, 1), (2, 2)])
def test_rooms_limit_how_many_meet_at_once(count, held):
    agents = [person("anna", site="north"), person("bea", site="north")]
    items = [
        activity(who, key=who, room_site="north", spans=((32, 36),)) for who in ("anna", "bea")
    ]
    plan = placed(agents, items, rooms=rooms(count))
    assert len(plan.placed) == held
    if held == 1:
        (finding,) = plan.findings
        assert finding.code == "activity_room"
        assert (finding.values["day"], finding.values["time"]) == (1, "08:00")


def test_what_needs_the_office_is_held_on_a_day_there():
    agents = [
        weeks.agent(
            "anna",
            work_mode=WorkMode.HYBRID,
            site="north",
            spans=weeks.open_days(0, 1, low=8, high=16),
        )
    ]
    data_contract = weeks.contract(days_per_week=(2, 2), paid_minutes_per_week=(0, 999))
    data = weeks.week(
        agents=agents,
        contracts=[data_contract],
        activities=(activity("anna", needs_office=True, spans=((0, 192),)),),
    )
    tours = [group.model.best_tour(np.ones(SLOTS)) for group in Roster(data).class_of]
    state = JointState(data, tours)
    for days, held in (({(0, 1)}, 1), (set(), 0)):
        office = OfficePlan(in_office=frozenset(days))
        plan = place_activities(data, state.copy(None).staff(office))
        assert len(plan.placed) == held
        assert activity_faults(data, tours, plan, office) == []
        if held:
            assert plan.placed[0].start_slot >= 96
        else:
            assert plan.findings[0].code == "activity_office"


def test_the_smallest_relaxation_of_the_length_is_one_that_works():
    agents = [person("anna", low=6, high=14), person("bea", low=13, high=21)]
    plan = placed(agents, [activity("anna", "bea", minutes=90)])
    (finding,) = plan.findings
    assert finding.code == "activity_apart"
    assert finding.values["possible"] == 60
    assert placed(agents, [activity("anna", "bea", minutes=60)]).findings == ()


def test_a_window_without_work_names_the_nearest_time_that_works():
    agents = [person("anna", day=1)]
    (finding,) = placed(agents, [activity("anna")]).findings
    assert finding.code == "activity_window"
    assert (finding.values["day"], finding.values["time"]) == (2, "08:00")
    again = placed(agents, [activity("anna", spans=((96 + 32, 96 + 36),))])
    assert again.findings == ()


def test_the_attendant_in_the_way_is_named():
    agents = [person("anna"), person("bea"), person("late", low=16, high=24)]
    (finding,) = placed(agents, [activity("anna", "bea", "late")]).findings
    assert (finding.code, finding.values["agent"]) == ("activity_attendant", "late")
    assert placed(agents, [activity("anna", "bea")]).findings == ()


def test_an_attendant_without_a_shift_is_told():
    (finding,) = placed([person("anna")], [activity("anna", "nobody")]).findings
    assert finding.code == "activity_nobody"
