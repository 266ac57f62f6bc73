"""Why an interval is short, why a shift, and what a wish costs: each checked by solving again."""

from dataclasses import replace

import numpy as np
import pytest

from scheduling.core.data import FixedShift, Wish
from scheduling.core.explain_day import explain_day, price_wish
from scheduling.core.explain_interval import Away, Cause, explain_interval
from scheduling.core.improve import best_responses, construct
from scheduling.core.reach import least_shortage, served_at, uncoverable
from scheduling.core.roster import Roster
from tests.scheduling.core.weeks import DAY, HOUR, agent, contract, demand, open_days, pattern, week


def planned(data):
    """A schedule in which nobody can save anything alone."""
    roster = Roster(data)
    rng = np.random.default_rng(3)
    construct(roster, rng=rng, stop=lambda: False)
    best_responses(roster, rng=rng, stop=lambda: False)
    return roster


def solved_again(roster, number, changed):
    """Least cost of the week when everybody else is locked and this agent has other rules."""
    data, agents = roster.data, list(roster.data.agents)
    for other, tour in enumerate(roster.tours):
        if other != number:
            agents[other] = replace(agents[other], fixed=_locked(tour), spans=open_days())
    agents[number] = changed
    again = Roster(replace(data, agents=tuple(agents)))
    for other in sorted(range(len(agents)), key=lambda other: other == number):
        again.put(other, again.best_tour(other, again.coverage.weights(again.masks[other])))
    return again.cost() if all(tour is not None for tour in again.tours) else None


def _locked(tour):
    return tuple(
        FixedShift(
            day=shift.day,
            start_slot=shift.start_slot,
            end_slot=shift.end_slot,
            working_slots=tuple(
                int(s) for s in tour.working if shift.start_slot <= s < shift.end_slot
            ),
            paid_minutes=shift.paid_minutes,
        )
        for shift in tour.shifts
    )


@pytest.fixture(scope="module")
def team():
    people = [agent(key=name) for name in ("ada", "ben", "cleo")]
    required = demand(2.0, hours=(8, 18)) + demand(1.0, hours=(16, 21), days=range(3, 7))
    return planned(week(agents=people, required={"calls": required}))


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("day", [0, 3, 6])
def test_a_day_off_costs_what_solving_again_with_the_day_closed_costs_more(team, number, day):
    wish = Wish(day=day, worth=1.0, works=False)
    before = team.cost()

    price = price_wish(team, agent=number, wish=wish)

    someone = team.data.agents[number]
    spans = tuple(() if n == day else s for n, s in enumerate(someone.spans))
    after = solved_again(team, number, replace(someone, spans=spans))
    assert price.extra_cost == pytest.approx(after - before)
    assert team.cost() == pytest.approx(before)  # nobody was moved by asking


@pytest.mark.parametrize("hour", [6, 9, 12, 14])
def test_a_start_costs_what_solving_again_with_that_start_alone_costs_more(team, hour):
    wish = Wish(day=4, worth=1.0, earliest_start_minute=hour * 60, latest_start_minute=hour * 60)
    before = team.cost()

    price = price_wish(team, agent=0, wish=wish)

    someone = team.data.agents[0]
    low = 4 * DAY + hour * HOUR
    spans = tuple(
        ((low, low + 8 * HOUR),) if n == 4 else spans for n, spans in enumerate(someone.spans)
    )
    forced = replace(someone, spans=spans, must_work=frozenset({4}))
    assert price.extra_cost == pytest.approx(solved_again(team, 0, forced) - before)


def test_a_wish_that_no_legal_week_keeps_has_no_price_but_the_rule_in_its_way(team):
    closed = [
        agent(key="ada", spans=open_days(0, 1, 2, 3, 4)),
    ]
    roster = planned(week(agents=closed))

    price = price_wish(roster, agent=0, wish=Wish(day=2, worth=1.0, works=False))

    assert price.extra_cost is None
    assert price.rule in {"least_days", "least_hours", "days_off"}


def test_a_wish_that_is_kept_costs_nothing(team):
    shift = team.tours[1].shifts[0]
    minute = (shift.start_slot - shift.day * DAY) * 15
    wish = Wish(day=shift.day, worth=1.0, earliest_start_minute=minute, latest_start_minute=minute)

    price = price_wish(team, agent=1, wish=wish)

    assert (price.is_kept, price.extra_cost) == (True, 0.0)


def test_choices_of_a_day_cost_what_the_schedule_with_them_costs_more(team):
    shift = team.tours[0].shifts[0]

    reason = explain_day(team, agent=0, day=shift.day)

    assert reason.shift == shift
    assert reason.saved_cost > 0
    someone = team.data.agents[0]
    starts = [choice for choice in reason.choices if choice.kind == "start"]
    assert starts
    for choice in starts[:3]:
        low = choice.start_slot
        spans = tuple(
            ((low, low + 8 * HOUR),) if n == shift.day else spans
            for n, spans in enumerate(someone.spans)
        )
        forced = replace(someone, spans=spans, must_work=frozenset({shift.day}))
        assert choice.extra_cost == pytest.approx(solved_again(team, 0, forced) - team.cost())


def test_nobody_gains_alone_so_every_choice_costs_at_least_nothing(team):
    for number in range(3):
        for day in range(7):
            reason = explain_day(team, agent=number, day=day)
            assert all(choice.extra_cost >= -1e-6 for choice in reason.choices)


# -- why an interval is short --------------------------------------------------------------------


def noon(day):
    return day * DAY + 12 * HOUR


def test_too_few_people_with_any_skill_is_a_matter_of_headcount():
    roster = planned(week(required={"calls": demand(3.0)}))

    reason = explain_interval(roster, skill="calls", slot=noon(0))

    assert reason.cause == Cause.HEADCOUNT
    assert not reason.is_coverable
    assert reason.missing == pytest.approx(2.0 if noon(0) in roster.tours[0].working else 3.0)


def test_people_without_the_skill_are_named_where_they_could_have_covered():
    people = [agent(key="ada"), agent(key="ben", skills=("chat",))]
    required = {"calls": demand(2.0), "chat": demand(0.0)}
    roster = planned(week(agents=people, required=required))

    reason = explain_interval(roster, skill="calls", slot=noon(0))

    assert reason.cause == Cause.SKILL
    assert {person.agent for person in reason.persons if person.away == Away.NO_SKILL} <= {1}


def test_a_rule_that_keeps_people_away_is_named():
    people = [agent(key="ada"), agent(key="ben", spans=open_days(1, 2, 3, 4, 5, 6))]
    roster = planned(week(agents=people, required={"calls": demand(2.0)}))

    reason = explain_interval(roster, skill="calls", slot=noon(0))

    assert reason.cause == Cause.RULE
    assert (1, Away.RULE, "days_off") in {(p.agent, p.away, p.rule) for p in reason.persons}


def test_hours_outside_which_somebody_may_not_work_are_named():
    people = [agent(key="ada"), agent(key="ben", spans=open_days(*range(7), low=13, high=22))]
    roster = planned(week(agents=people, required={"calls": demand(2.0)}))

    reason = explain_interval(roster, skill="calls", slot=noon(0))

    assert (1, Away.RULE, "hours") in {(p.agent, p.away, p.rule) for p in reason.persons}


def test_days_in_a_row_that_end_just_before_are_named():
    people = [agent(key="ada"), agent(key="ben", previous_run_days=6)]
    rules = [contract(max_consecutive_days=6)]
    roster = planned(week(agents=people, contracts=rules, required={"calls": demand(2.0)}))

    reason = explain_interval(roster, skill="calls", slot=noon(0))

    assert (1, Away.RULE, "days_in_row") in {(p.agent, p.away, p.rule) for p in reason.persons}


def test_where_everybody_could_be_there_the_paid_hours_are_what_lacks():
    roster = planned(week(required={"calls": demand(1.0)}))
    working = set(roster.tours[0].working.tolist())
    free = next(day for day in range(7) if noon(day) not in working)

    reason = explain_interval(roster, skill="calls", slot=noon(free))

    assert reason.cause == Cause.CAPACITY
    assert reason.is_coverable
    assert reason.persons[0].extra_cost == pytest.approx(0.0)


def test_the_price_of_a_person_is_that_of_solving_again_with_the_slot_demanded(team):
    short = int(np.flatnonzero(team.coverage.shortage() > 0)[0])
    reason = explain_interval(team, skill="calls", slot=short)
    priced = [person for person in reason.persons if person.extra_cost is not None]
    assert priced
    for person in priced:
        data = team.data
        worth = {"calls": data.required_agents["calls"].copy()}
        old = team.take(person.agent)
        weights = team.coverage.weights(team.masks[person.agent])
        team.put(person.agent, old)
        weights[short] += 1e6
        tour = team.class_of[person.agent].model.best_tour(weights)
        team.replace(person.agent, tour)
        forced = team.cost()
        team.replace(person.agent, old)
        assert person.extra_cost == pytest.approx(forced - team.cost())
        assert worth["calls"][short] > 0


def test_what_no_legal_schedule_covers_is_proven_and_no_more():
    people = [agent(key="ada", spans=open_days(0, 1, 2, 3, 4, 5)), agent(key="ben")]
    roster = planned(week(agents=people, required={"calls": demand(2.0)}))

    found = uncoverable(roster)

    sunday = {s for s in range(6 * DAY, 7 * DAY) if demand(1.0)[s]}
    assert set(found.proven.tolist()) == sunday
    assert sunday < set(found.short_slots.tolist())


def test_counting_hours_proves_a_shortage_that_every_schedule_has():
    roster = planned(week(required={"calls": demand(1.0)}))

    proof = least_shortage(roster)

    # 70 hours are required; five shifts of 7.5 hours on position cover 37.5 of them at best.
    assert proof.least_hours == pytest.approx(70 - 37.5)
    assert proof.short_hours == pytest.approx(proof.least_hours)


def test_hours_that_nobody_can_work_are_short_though_others_have_time_to_spare():
    """Nobody may work at night. Nothing is planned yet, and counting hours alone proves nothing."""
    night = demand(2.0, hours=(0, 4), days=(1, 3))
    people = [agent(key=name) for name in ("ada", "ben", "cleo", "dan")]
    roster = Roster(week(agents=people, required={"calls": demand(1.0) + night}))

    proof, slots = least_shortage(roster), uncoverable(roster)

    assert len(slots.proven) == 2 * 4 * HOUR
    assert slots.least_hours == pytest.approx(2 * 4 * 2.0)
    assert proof.least_hours == pytest.approx(2 * 4 * 2.0)
    assert proof.short_hours > proof.least_hours


def test_the_proof_never_exceeds_what_is_short():
    rng = np.random.default_rng(5)
    for _ in range(5):
        required = {
            "calls": demand(1.0) * rng.integers(0, 4, 7 * DAY),
            "chat": demand(1.0) * rng.integers(0, 3, 7 * DAY),
        }
        people = [
            agent(key="ada", skills=("calls", "chat")),
            agent(key="ben", skills=("calls",)),
            agent(key="cleo", skills=("chat",), spans=open_days(0, 2, 3, 4, 6)),
        ]
        roster = planned(week(agents=people, required=required))
        proof = least_shortage(roster)
        assert 0 < proof.least_hours <= proof.short_hours + 1e-9


def test_units_are_served_in_the_order_asked():
    people = {0b01: 1.0, 0b11: 1.0}

    first = served_at([1.0, 1.0], people, [0, 1])
    scarce = served_at([2.0, 1.0], people, [0, 1])

    assert first == {0: 1.0, 1: 1.0}
    assert scarce == {0: 2.0, 1: 0.0}
    assert served_at([2.0, 1.0], people, [1, 0]) == {1: 1.0, 0: 1.0}


def test_a_split_of_two_patterns_prices_the_pattern_of_a_wish():
    rules = [
        contract(
            patterns=(pattern(), pattern(360, key="short", breaks=(), paid_minutes=360)),
            paid_minutes_per_week=(0, 2250),
        )
    ]
    roster = planned(week(contracts=rules))
    before = roster.cost()
    day = roster.tours[0].shifts[0].day

    price = price_wish(roster, agent=0, wish=Wish(day=day, worth=1.0, pattern="short"))

    others = frozenset(range(7)) - {day}
    again = contract(
        patterns=(
            pattern(days=others),
            pattern(360, key="short", breaks=(), paid_minutes=360),
        ),
        paid_minutes_per_week=(0, 2250),
    )
    data = replace(
        roster.data,
        contracts={"full": again},
        agents=(replace(roster.data.agents[0], must_work=frozenset({day})),),
    )
    assert price.extra_cost == pytest.approx(planned(data).cost() - before)


def test_a_schedule_that_can_be_improved_there_says_so():
    roster = planned(week(required={"calls": demand(1.0)}))
    late = roster.class_of[0].model.best_tour(
        np.where(np.arange(roster.data.horizon.slots) % DAY >= 14 * HOUR, 1.0, 0.0)
    )
    roster.replace(0, late)
    day = int(late.days[0])

    reason = explain_interval(roster, skill="calls", slot=day * DAY + 9 * HOUR)

    assert reason.cause == Cause.IMPROVABLE
    assert reason.persons[0].away == Away.WOULD_SAVE
    assert reason.persons[0].extra_cost < 0
