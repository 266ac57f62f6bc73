"""Prices of rules against the truth: both weeks solved again by trying every pair of tours."""

from itertools import combinations

import numpy as np
import pytest

from scheduling.core.bound import Bound
from scheduling.core.improve import best_responses, construct
from scheduling.core.pricing import Pricer
from scheduling.core.roster import Roster
from scheduling.core.rule_book import BY_KEY, RULES, relaxed
from scheduling.core.rule_prices import PriceParams, Step, rule_prices, steps_of
from tests.scheduling.core.weeks import DAY, agent, contract, demand, open_days, pattern, week

TOLERANCE = 0.015
"""An estimate lies within this part of the schedule's cost of the truth; proofs need none."""


def rigid(**fields):
    """One start for the week and a break at a fixed time: few enough tours to try all."""
    return contract(
        patterns=(
            pattern(
                start_grid_minutes=120,
                earliest_start_minute=540,
                latest_start_minute=660,
                breaks=(),
                paid_minutes=480,
            ),
        ),
        start_band_minutes=0,
        paid_minutes_per_week=(0, 3360),
        days_per_week=(3, 4),
        max_consecutive_days=2,
        **fields,
    )


def pair(seed):
    """Two people and a demand of whole numbers that changes by the hour."""
    rng = np.random.default_rng(seed)
    required = demand(1.0, hours=(7, 22)) * np.repeat(rng.integers(0, 4, 7 * 24), 4)
    people = [
        agent(key="ada", spans=open_days(*range(7), low=9, high=21)),
        agent(key="ben", spans=open_days(0, 1, 3, 4, 6, low=10, high=20)),
    ]
    return week(agents=people, contracts=[rigid()], required={"calls": required})


def tours_of(someone, rules):
    """Every legal tour as slots, by the words of the rules; shares no code with the solver."""
    (shift,) = rules.patterns
    length = shift.piece_minutes[0] // 15
    found = []
    low, high = rules.days_per_week
    minutes = range(
        -(-shift.earliest_start_minute // shift.start_grid_minutes) * shift.start_grid_minutes,
        shift.latest_start_minute + 1,
        shift.start_grid_minutes,
    )
    band = rules.start_band_minutes
    for count in range(low, min(high, 7) + 1):
        if not rules.paid_minutes_per_week[0] <= count * 480 <= rules.paid_minutes_per_week[1]:
            continue
        for days in combinations(range(7), count):
            if longest(days) > rules.max_consecutive_days or not together(days, rules):
                continue
            for starts in start_rows(days, minutes, band, someone, length):
                slots = [
                    np.arange(d * DAY + s // 15, d * DAY + s // 15 + length)
                    for d, s in zip(days, starts, strict=True)
                ]
                found.append(np.concatenate(slots))
    return found


def start_rows(days, minutes, band, someone, length):
    """Starts of each day, all within the band; only bands of one start are tried here."""
    assert band == 0
    for start in minutes:
        fits = all(
            any(
                low <= day * DAY + start // 15 and day * DAY + start // 15 + length <= high
                for low, high in someone.spans[day]
            )
            for day in days
        )
        if fits:
            yield [start] * len(days)


def longest(days):
    run = best = 0
    for day in range(7):
        run = run + 1 if day in days else 0
        best = max(best, run)
    return best


def together(days, rules):
    """So many days off stand together at least once."""
    off = longest([day for day in range(7) if day not in days])
    return off >= min(rules.consecutive_days_off, 7 - len(days))


def least_cost(data):
    """The optimum of two people by trying all pairs."""
    required = data.required_agents["calls"]
    rows = []
    for someone in data.agents:
        tours = tours_of(someone, data.contracts[someone.contract])
        table = np.zeros((len(tours), len(required)))
        for number, slots in enumerate(tours):
            table[number, slots] = 1.0
        rows.append(table)
    best = np.inf
    for own in rows[0]:
        gap = rows[1] + own - required
        cost = np.where(gap > 0, gap * data.over_cost, -gap * 10.0).sum(axis=1).min()
        best = min(best, float(cost))
    return best


def planned(data):
    roster = Roster(data)
    rng = np.random.default_rng(3)
    construct(roster, rng=rng, stop=lambda: False)
    best_responses(roster, rng=rng, stop=lambda: False)
    return roster


STEPPED = [
    "most_days",
    "least_days",
    "days_in_row",
    "hours",
    "days_off",
    "start_grid",
    "start_hours",
]


@pytest.fixture(scope="module", params=[1, 2, 3, 4])
def priced(request):
    data = pair(request.param)
    roster = planned(data)
    prices = {"calls": np.where(roster.coverage.required[0] > 0, 5.0, 1.0)}
    params = PriceParams(price_rounds=150)
    return data, roster.cost(), rule_prices(data, roster.tours, prices, params=params)


@pytest.mark.parametrize("key", STEPPED)
def test_the_truth_lies_within_what_is_proven(priced, key):
    data, _, found = priced
    price = next(price for price in found if price.rule == key)

    saved = least_cost(data) - least_cost(relaxed(data, BY_KEY[key]))

    assert saved >= 0
    assert price.least_saved - 1e-6 <= saved <= price.most_saved + 1e-6


@pytest.mark.parametrize("key", STEPPED)
def test_the_estimate_is_near_the_truth(priced, key):
    data, cost, found = priced
    price = next(price for price in found if price.rule == key)

    saved = least_cost(data) - least_cost(relaxed(data, BY_KEY[key]))

    assert price.saved_cost == pytest.approx(saved, abs=TOLERANCE * cost)


def test_at_least_eight_rules_are_priced_the_dearest_first(priced):
    _, _, found = priced
    saved = [price.saved_cost for price in found]

    assert len(found) >= 8
    assert saved == sorted(saved, reverse=True)


def test_a_rule_that_binds_nobody_has_no_price(priced):
    _, _, found = priced

    assert not {"weekends", "split_shifts", "office_quota"} & {price.rule for price in found}


def test_hours_a_week_are_the_money_over_the_cost_of_a_short_hour(priced):
    _, _, found = priced
    for price in found:
        assert price.agent_hours == pytest.approx(price.saved_cost / 40.0)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_no_step_forbids_what_was_legal(rule):
    data = pair(7)
    roster, wider = planned(data), Roster(relaxed(data, rule))

    for number, tour in enumerate(roster.tours):
        model = wider.class_of[number].model
        worth = np.where(np.isin(np.arange(len(roster.coverage.people)), tour.working), 1.0, -1.0)
        found = model.best_tour(worth)
        assert worth[found.working].sum() >= worth[tour.working].sum()


def test_a_desk_more_is_priced_for_its_site():
    people = [agent(key=name, work_mode="OFFICE", site="hall") for name in ("ada", "ben")]
    seats = {"hall": np.ones(7 * DAY, dtype=np.int64)}
    data = week(agents=people, contracts=[contract()], required={"calls": demand(2.0)}, seats=seats)
    roster = Roster(data)
    roster.put(0, roster.best_tour(0, roster.coverage.weights(roster.masks[0])))

    steps = [step for step in steps_of(data) if step.rule == "seats"]

    assert [(step.subject, step.agents) for step in steps] == [("hall", 2)]
    assert (steps[0].data.seats["hall"] == 2).all()


def test_the_skill_most_worth_is_given_to_one_person():
    people = [agent(key="ada", skills=("calls",)), agent(key="ben", skills=("chat",))]
    required = {"calls": demand(3.0), "chat": demand(0.0)}
    data = week(agents=people, required=required)
    prices = {"calls": np.full(7 * DAY, 10.0), "chat": np.zeros(7 * DAY)}

    found = {step.subject: step for step in steps_of(data, prices) if step.rule == "skill"}

    assert found["calls"].data.agents[1].skills == ("chat", "calls")
    assert found["chat"].data.agents[0].skills == ("calls", "chat")


def test_pricing_stops_where_it_is_asked_to():
    data = pair(1)

    assert rule_prices(data, planned(data).tours, {}, cancelled=lambda: True) == ()


def test_a_cancel_also_ends_the_programme_in_work(monkeypatch):
    """A programme of many groups takes longer than anybody waits for a cancel."""
    data, asked, heard = pair(1), [], []

    def solve_weeks(self, *, threads, stop):
        asked.append(True)
        heard.append(stop())
        return False

    monkeypatch.setattr(Bound, "solve_weeks", solve_weeks)
    found = rule_prices(data, planned(data).tours, {}, cancelled=lambda: bool(asked))
    assert heard == [True]
    assert found == ()


def flat(data):
    """A schedule and prices of which some rules take much."""
    roster = planned(data)
    return roster, {"calls": np.where(roster.coverage.required[0] > 0, 9.0, 0.0)}


def test_rules_that_need_a_programme_come_last(monkeypatch):
    """Eight prices are there before the first programme of a wider rule, however long that takes."""
    data, events = pair(1), []
    solve_weeks = Bound.solve_weeks

    def noted(self, *, threads, stop):
        events.append("programme")
        return solve_weeks(self, threads=threads, stop=stop)

    monkeypatch.setattr(Bound, "solve_weeks", noted)
    roster, prices = flat(data)
    report = lambda _share, rule: events.append(rule)  # noqa: E731
    found = rule_prices(
        data, roster.tours, prices, params=PriceParams(price_rounds=0), report=report
    )
    assert events[0] == "programme"
    assert events.count("programme") > 2
    second = events.index("programme", 1)
    assert "programme" not in events[1:second]
    assert events[second::2] == ["programme"] * len(events[second::2])
    assert len(found) == len(set(events) - {"programme"})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bound_that_falls_for_want_of_prices_is_not_taken_for_a_saving(monkeypatch, seed):
    """Programmes of wider rules that fail leave what the answers save, not what a weak bound lost."""
    data, asked = pair(seed), []
    solve_weeks = Bound.solve_weeks

    def only_the_first(self, *, threads, stop):
        asked.append(True)
        return len(asked) == 1 and solve_weeks(self, threads=threads, stop=stop)

    monkeypatch.setattr(Bound, "solve_weeks", only_the_first)
    roster, prices = flat(data)
    found = rule_prices(data, roster.tours, prices, params=PriceParams(price_rounds=0))
    assert len(asked) > 2
    for price in (price for price in found if price.rule in STEPPED):
        true = least_cost(data) - least_cost(relaxed(data, BY_KEY[price.rule]))
        assert price.least_saved - 1e-6 <= true <= price.most_saved + 1e-6
        assert price.saved_cost <= true + TOLERANCE * roster.cost()


def test_a_rule_that_takes_nothing_from_the_bound_is_priced_once(monkeypatch):
    data, priced = pair(1), []
    price = Pricer.price

    def counted(self, prices):
        priced.append(True)
        return price(self, prices)

    monkeypatch.setattr(Pricer, "price", counted)
    monkeypatch.setattr("scheduling.core.rule_prices.steps_of", lambda _data, _prices: [same] * 3)
    same = Step(rule="rest", data=data, agents=2)
    rule_prices(data, planned(data).tours, {}, params=PriceParams(price_rounds=40))
    most_of_base = 2 * (1 + 40)
    assert 3 < len(priced) <= most_of_base + 3


def test_rules_of_a_schedule_without_anybody_are_priced():
    data = week()
    prices = rule_prices(data, [None], {"calls": np.zeros(data.horizon.slots)})
    assert all(price.saved_cost >= 0 for price in prices)
