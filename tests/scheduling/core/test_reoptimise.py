"""Changes against recovered shortage: legal, priced by kind and notice, what is frozen stays."""

import numpy as np
import pytest

from scheduling.core.absence import with_absences
from scheduling.core.break_moves import move_breaks
from scheduling.core.changes import ChangeKind, ChangePrices, kind_of_change
from scheduling.core.improve import best_responses, construct
from scheduling.core.offers import (
    OVERTIME,
    OfferKind,
    OfferParams,
    overtime_offers,
    time_off_offers,
)
from scheduling.core.reoptimise import ReoptimiseParams, reoptimise
from scheduling.core.roster import Roster
from tests.scheduling.core.roster_checker import broken_rules
from tests.scheduling.core.weeks import DAY, HOUR, agent, contract, demand, open_days, pattern, week


def planned(data):
    roster = Roster(data)
    rng = np.random.default_rng(3)
    construct(roster, rng=rng, stop=lambda: False)
    best_responses(roster, rng=rng, stop=lambda: False)
    return roster


@pytest.fixture(scope="module")
def given():
    """Sixty people with breaks in windows, and a demand that rises and falls."""
    names = [f"agent {n}" for n in range(60)]
    rules = [
        contract(
            patterns=(pattern(start_grid_minutes=15), pattern(540, paid_minutes=510)),
            paid_minutes_per_week=(2000, 2600),
            days_per_week=(4, 5),
            min_rest_minutes=660,
        )
    ]
    peaks = [demand(6.0, hours=hours) for hours in ((7, 21), (9, 20), (10, 18), (11, 14), (15, 17))]
    wave = np.random.default_rng(7).integers(0, 5, 7 * DAY) * (peaks[0] > 0)
    people = [agent(key=name) for name in names]
    return planned(week(agents=people, contracts=rules, required={"calls": sum(peaks) + wave}))


@pytest.fixture(scope="module")
def short_handed(given):
    """The tours of the same week when every fourth person has no shift: hours are short."""
    none = given.tours[0].model.tour_with([], {})
    return [none if n % 4 == 0 else tour for n, tour in enumerate(given.tours)]


@pytest.fixture(scope="module")
def after(given):
    """The same week with five people away on Wednesday and Thursday, who had a shift on one."""
    days = frozenset({2, 3})
    at_work = [n for n, tour in enumerate(given.tours) if days & set(tour.days.tolist())]
    absent = dict.fromkeys(at_work[:: len(at_work) // 5][:5], days)
    data, roster, kept = with_absences(given.data, given.tours, absent)
    curve = reoptimise(roster, before=kept, params=ReoptimiseParams(now_slot=2 * DAY))
    return data, kept, curve, absent


def test_every_point_is_legal_by_a_checker_of_its_own(after):
    data, _, curve, _ = after
    for point in (*curve.points, curve.unrestricted):
        assert broken_rules(data, point.tours) == []


def test_the_curve_has_six_points_and_falls(after):
    _, _, curve, _ = after
    shortages = [point.short_hours for point in curve.points]

    assert len(curve.points) >= 6
    assert len(curve.points[0].changes) == 0
    assert shortages == sorted(shortages, reverse=True)
    assert len(set(shortages)) == len(shortages)


def test_sixty_percent_come_back_with_a_fifth_of_the_unrestricted_changes(after):
    _, _, curve, _ = after
    few = 0.2 * len(curve.unrestricted.changes)

    best = max(curve.recovered_share(p) for p in curve.points if len(p.changes) <= few)

    assert curve.recoverable_hours > 0
    assert best >= 0.6


def test_nobody_absent_gets_a_shift_and_the_lost_hours_are_credited(after):
    data, _, curve, absent = after
    for number, days in absent.items():
        assert sum(data.agents[number].credited_minutes) > 0
        for point in curve.points:
            assert not days & {shift.day for shift in point.tours[number].shifts}


def test_worked_past_stays_to_the_slot(after):
    _, kept, curve, _ = after
    for point in (*curve.points, curve.unrestricted):
        for before, tour in zip(kept, point.tours, strict=True):
            past = [shift for shift in before.shifts if shift.start_slot < 2 * DAY]
            assert [shift for shift in tour.shifts if shift.day < 2] == past


def test_each_change_is_one_day_that_differs_at_its_price(after):
    _, kept, curve, _ = after
    prices = ChangePrices()
    for point in curve.points:
        found = set()
        for number, (before, tour) in enumerate(zip(kept, point.tours, strict=True)):
            old = {shift.day: shift for shift in before.shifts}
            new = {shift.day: shift for shift in tour.shifts}
            for day in {*old, *new}:
                kind = kind_of_change(old.get(day), new.get(day))
                if kind is not None:
                    ahead = (day - 2) * 24
                    found.add((number, day, kind, prices.of(kind) * prices.factor(ahead)))
        assert found == {(c.agent, c.day, c.kind, c.price) for c in point.changes}
        assert point.change_price == pytest.approx(sum(change[3] for change in found))


def test_what_a_point_says_of_shortage_and_cost_is_what_its_schedule_has(after):
    data, _, curve, _ = after
    for point in curve.points[:: max(1, len(curve.points) // 3)]:
        again = Roster(data)
        again.load(point.tours)
        assert again.cost() == pytest.approx(point.cost)
        assert again.coverage.shortage().sum() / HOUR == pytest.approx(point.short_hours)


def test_a_frozen_day_keeps_shifts_and_days_off(given):
    _, roster, kept = with_absences(given.data, given.tours, {0: frozenset({2})})
    params = ReoptimiseParams(frozen_days=frozenset({2, 4}))

    curve = reoptimise(roster, before=kept, params=params)

    for change in (*curve.points[-1].changes, *curve.unrestricted.changes):
        assert change.day not in {2, 4}


def test_dearer_starts_make_fewer_starts_move(given):
    absent = {number: frozenset({2}) for number in range(0, 20, 4)}
    moved = []
    for price in (1.0, 1e6):
        _, roster, kept = with_absences(given.data, given.tours, absent)
        params = ReoptimiseParams(prices=ChangePrices(start_moved=price), now_slot=-7 * DAY)
        curve = reoptimise(roster, before=kept, params=params)
        moved.append(sum(p.by_kind[ChangeKind.START_MOVED] for p in curve.points))
    assert moved[1] < moved[0]


def test_short_notice_counts_more():
    prices = ChangePrices(notice=((24.0, 3.0), (72.0, 1.5)))

    assert [prices.factor(hours) for hours in (0, 23.9, 24, 71, 72)] == [3.0, 3.0, 1.5, 1.5, 1.0]


@pytest.mark.parametrize("fields", [{"start_moved": -1.0}, {"notice": ((24.0, 0.0),)}])
def test_prices_that_reward_change_are_refused(fields):
    with pytest.raises(ValueError, match=r"Expected"):
        ChangePrices(**fields)


def test_a_sweep_that_is_cancelled_leaves_what_it_has(given):
    _, roster, kept = with_absences(given.data, given.tours, {0: frozenset({2})})

    curve = reoptimise(roster, before=kept, cancelled=lambda: True)

    assert len(curve.points) == 1
    assert curve.points[0].changes == ()


# -- the breaks of a day alone -------------------------------------------------------------------


def test_few_changes_among_many_people_make_a_curve_too():
    """A point for each fortieth person who moves would leave two."""
    people = [agent(key=f"agent {n}") for n in range(320)]
    rising = sum(demand(50.0, hours=hours) for hours in ((8, 20), (9, 18), (11, 15)))
    roster = planned(week(agents=people, required={"calls": rising}))
    away = {n: frozenset({2}) for n in range(0, 320, 40)}
    _changed, empty, kept = with_absences(roster.data, roster.tours, away)
    curve = reoptimise(empty, before=kept)
    assert len(curve.points[-1].changes) < 40
    assert len(curve.points) >= 6


def test_nobody_is_asked_to_change_once_nothing_is_short():
    """Changes that recover nothing are no point of the curve, however cheap they get."""
    people = [agent(key=f"agent {n}") for n in range(9)]
    roster = planned(week(agents=people, required={"calls": demand(4.0, hours=(9, 12))}))
    changed, empty, kept = with_absences(roster.data, roster.tours, {0: frozenset({1, 2, 3})})
    shares = []
    curve = reoptimise(empty, before=kept, report=shares.append)
    assert curve.points[0].short_hours > 1.0
    assert curve.points[-1].short_hours == pytest.approx(0.0)
    assert len(shares) < ReoptimiseParams().steps
    assert shares[-1] == 1.0
    assert broken_rules(changed, curve.points[-1].tours) == []


def test_breaks_move_shifts_stay_and_shortage_falls(given):
    roster = Roster(given.data)
    worst = [_latest_breaks(tour) for tour in given.tours]
    roster.load(worst)

    plan = move_breaks(roster, day=1)

    assert plan.moved
    assert plan.cost < plan.cost_before
    assert broken_rules(given.data, plan.tours) == []
    for before, tour in zip(worst, plan.tours, strict=True):
        assert tour.starts.tolist() == before.starts.tolist()
        others = [shift for shift in tour.shifts if shift.day != 1]
        assert others == [shift for shift in before.shifts if shift.day != 1]


def test_breaks_that_have_begun_stay_and_none_moves_into_the_past(given):
    roster = Roster(given.data)
    worst = [_latest_breaks(tour) for tour in given.tours]
    roster.load(worst)
    now = DAY + 13 * HOUR

    plan = move_breaks(roster, day=1, now_slot=now)

    for before, tour in zip(worst, plan.tours, strict=True):
        for old, new in zip(before.shifts, tour.shifts, strict=True):
            for was, now_at in zip(old.breaks, new.breaks, strict=True):
                if old.start_slot + was < now:
                    assert now_at == was
                else:
                    assert new.start_slot + now_at >= now


def _latest_breaks(tour):
    week_of = [(shift.day, shift.shape, shift.start_slot) for shift in tour.shifts]
    latest = {
        shift.day: tuple(rule.latest for rule in tour.model.shapes[shift.shape].breaks)
        for shift in tour.shifts
    }
    return tour.model.tour_with(week_of, latest)


# -- overtime and time off -----------------------------------------------------------------------


def test_the_effect_of_each_overtime_offer_is_that_of_having_the_person_there(given, short_handed):
    roster = Roster(given.data)
    roster.load(short_handed)
    before, short = roster.cost(), roster.coverage.shortage().sum()

    offers = overtime_offers(roster, OfferParams(overtime_cost_per_hour=1.0))

    assert offers
    for offer in offers:
        slots = np.array(offer.slots)
        roster.coverage.add(roster.masks[offer.agent], slots)
        pay = len(slots) / HOUR
        assert offer.saved_cost == pytest.approx(before - roster.cost() - pay)
        assert offer.short_hours == pytest.approx((roster.coverage.shortage().sum() - short) / HOUR)
        roster.coverage.remove(roster.masks[offer.agent], slots)
        assert offer.short_hours <= 0


def test_overtime_keeps_rest_and_window(given, short_handed):
    roster = Roster(given.data)
    roster.load(short_handed)

    offers = overtime_offers(roster, OfferParams(most_hours=12.0, count=400))

    assert {offer.kind for offer in offers} == OVERTIME
    for offer in offers:
        first, end = offer.span
        for shift in roster.tours[offer.agent].shifts:
            if shift.day != offer.day:
                assert first >= shift.end_slot + 44 or end <= shift.start_slot - 44
        low, high = given.data.agents[offer.agent].spans[offer.day][0]
        assert low <= first < end <= high


def test_time_off_is_offered_where_people_idle_and_costs_no_service():
    people = [agent(key=name) for name in ("ada", "ben", "cleo")]
    roster = planned(week(agents=people, required={"calls": demand(1.0)}))
    before = roster.cost()

    offers = time_off_offers(roster, OfferParams(saved_pay_per_hour=20.0))

    assert {offer.kind for offer in offers} & {OfferKind.DAY_OFF, OfferKind.END_EARLIER}
    for offer in offers:
        slots = np.array(offer.slots)
        roster.coverage.remove(roster.masks[offer.agent], slots)
        saved = before - roster.cost() + 20.0 * len(slots) / HOUR
        roster.coverage.add(roster.masks[offer.agent], slots)
        assert offer.saved_cost == pytest.approx(saved)


def test_an_extra_shift_is_offered_on_a_free_day():
    roster = planned(week(agents=[agent(spans=open_days(*range(7)))]))
    free = set(range(7)) - {shift.day for shift in roster.tours[0].shifts}

    offers = overtime_offers(roster, OfferParams())

    assert {o.day for o in offers if o.kind == OfferKind.EXTRA_SHIFT} == free
