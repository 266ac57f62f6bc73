"""Small moves keep every rule, and what they say a move costs is what the schedule then costs."""

from dataclasses import replace

import numpy as np
import pytest

from scheduling.core.data import ScheduleData
from scheduling.core.improve import construct
from scheduling.core.instance_file import read_instance
from scheduling.core.move_tables import class_rules, fits
from scheduling.core.result import SolveStatus, WorkBudget
from scheduling.core.roster import Roster
from scheduling.core.small_moves import BENT, PLAIN, TILTED, Chain, Chains, Cooling
from scheduling.core.solver import SolveParams, Solver, solve
from tests.scheduling.core.roster_checker import broken_rules
from tests.scheduling.core.test_tours import AGENTS, RULES, case
from tests.scheduling.core.weeks import agent, contract, week
from tests.scheduling.instances import random_instance

MOVES = 4_000
PEOPLE = 3
CASES = RULES | AGENTS
BINDS_NOTHING_HERE = {
    "pay",
    "overtime",
    "overtime after time off",
    "one length and pay",
}
"""What only costs money cannot be broken by a tour."""


def never():
    return False


def data_of(situation, limit, *, seed):
    """Three people of one of the cases of the best tour, and hours that ask for them at random."""
    one = case(seed, **situation)
    if set(limit) <= set(vars(one.agent)):
        people, contract = replace(one.agent, **limit), one.contract
    else:
        people, contract = one.agent, replace(one.contract, **limit)
    model = replace(one, agent=people, contract=contract).model
    rng = np.random.default_rng(seed)
    return ScheduleData(
        horizon=model.horizon,
        contracts={contract.name: contract},
        agents=tuple(replace(people, key=f"p{n}") for n in range(PEOPLE)),
        required_agents={"s": rng.integers(0, PEOPLE + 1, model.horizon.slots) + 0.5 * (seed % 2)},
        under_cost={"s": 10.0},
        over_cost=1.0,
    )


def constructed(data):
    roster = Roster(data)
    construct(roster, rng=np.random.default_rng(1), stop=never)
    return roster


def chain_of(roster, cooling=PLAIN, **guides):
    guides = {"target": {}, "worth": {}} | guides
    return Chain(roster, class_rules(roster.classes), cooling, seed=1, **guides)


def moved(roster, *, times=5, share=0.0, moves=MOVES):
    """Schedules along one chain."""
    chain = chain_of(roster)
    for _ in range(times):
        chain.run(share, moves)
        yield chain.tours()


@pytest.mark.parametrize("rule", CASES)
def test_hot_moves_keep_a_rule_and_break_it_where_it_is_not_told(rule):
    situation, limit = CASES[rule]
    broken = 0
    for seed in range(6):
        data, free = data_of(situation, limit, seed=seed), data_of(situation, {}, seed=seed)
        roster = constructed(data)
        if len(roster.placed()) < PEOPLE:
            continue
        for tours in moved(roster):
            assert broken_rules(data, tours) == []
        freed = constructed(free)
        if len(freed.placed()) == PEOPLE:
            broken += sum(bool(broken_rules(data, tours)) for tours in moved(freed))
    binds = rule not in BINDS_NOTHING_HERE and not rule.startswith("wish")
    assert bool(broken) == binds


@pytest.mark.parametrize("rule", CASES)
def test_costs_of_moves_add_up_to_the_cost_of_the_schedule(rule):
    """With pay, overtime, wishes, and parts of people in the requirement."""
    situation, limit = CASES[rule]
    for seed in range(4):
        roster = constructed(data_of(situation, limit, seed=seed))
        if len(roster.placed()) < PEOPLE:
            continue
        chain = chain_of(roster)
        chain.run(0.0, 0)
        cost = roster.cost()
        for _ in range(3):
            cost += chain.loops.many_moves(chain.game, 20.0, MOVES)
            roster.load(chain.tours())
            assert roster.cost() == pytest.approx(cost)


@pytest.mark.parametrize("seed", range(8))
def test_what_one_more_and_one_fewer_person_costs_is_reckoned_anew_where_a_move_was(seed):
    """Several skills, weeks and contracts; the schedule's own cover is the judge."""
    instance, _ = random_instance(seed)
    roster = constructed(read_instance(instance))
    chain = chain_of(roster)
    chain.run(0.0, 20_000)
    roster.load(chain.tours())
    cover = chain.game.cover
    for number, mask in enumerate(cover.masks.tolist()):
        assert cover.adding[number] == pytest.approx(-roster.coverage.weights(mask))
        there = np.flatnonzero(cover.present[number] > 0)
        for slot in there[:: max(1, len(there) // 20)].tolist():
            before = roster.coverage.cost()
            roster.coverage.add(mask, np.array([slot]), count=-1.0)
            fewer = roster.coverage.cost() - before
            roster.coverage.add(mask, np.array([slot]))
            assert cover.dropping[number, slot] == pytest.approx(fewer)


def test_people_at_a_desk_stay_where_they_are():
    instance, _ = random_instance(3)
    data = read_instance(instance)
    seated = replace(data.agents[0], work_mode="OFFICE", site="here")
    seats = {"here": np.full(data.horizon.slots, 9)}
    roster = constructed(replace(data, agents=(seated, *data.agents[1:]), seats=seats))
    before = roster.tour_list()
    *_, tours = moved(roster)
    assert tours[0] is before[0]
    assert tours[1:] != before[1:]


def test_a_chain_of_nobody_does_nothing():
    instance, _ = random_instance(3)
    data = read_instance(instance)
    roster = Roster(data)
    chains = Chains(roster, seed=1, threads=1)
    shares = iter([0.5, 1.0])
    chains.cool((PLAIN,), lambda: next(shares), never, never)
    assert roster.placed() == []


def runs(data, cooling, *, guides=None, slices=40):
    """The cost after one run, and the roster."""
    roster = constructed(data)
    before = roster.cost()
    chains = Chains(roster, seed=1, threads=1)
    if guides:
        chains.target, chains.worth = guides(roster)
    shares = iter(np.linspace(0, 1, slices)[1:])
    won = chains.cool((cooling,), lambda: next(shares), never, never)
    assert (won is cooling) == (roster.cost() < before)
    return before, roster


@pytest.mark.parametrize("seed", [1, 4])
def test_a_run_ends_with_the_cheapest_schedule_it_saw(seed):
    data = read_instance(random_instance(seed)[0])
    before, roster = runs(data, PLAIN)
    assert roster.cost() < before
    frozen = Cooling(heat=(1e-6, 1e-6))
    hot = Cooling(heat=(50.0, 50.0))
    assert runs(data, frozen, slices=3)[1].cost() <= before
    assert runs(data, hot, slices=3)[1].cost() <= before


def test_bend_draws_people_to_the_programmes_cover():
    data = read_instance(random_instance(4)[0])
    wanted = constructed(
        replace(data, required_agents={k: v[::-1] for k, v in data.required_agents.items()})
    )
    target = {mask: row.copy() for mask, row in wanted.staffed.items()}

    def distance(roster):
        return sum(float(((roster.staffed[m] - target[m]) ** 2).sum()) for m in target)

    roster = constructed(data)
    chain = chain_of(roster, replace(BENT, bend=(3.0, 3.0)), target=target)
    before = distance(roster)
    for _ in range(20):
        chain.run(0.5, MOVES)
    roster.load(chain.tours())
    assert distance(roster) < 0.8 * before


def test_tilt_draws_people_to_where_prices_are_high():
    data = read_instance(random_instance(4)[0])
    roster = constructed(data)
    half = data.horizon.slots // data.horizon.days // 2
    dear = np.arange(data.horizon.slots) % (2 * half) >= half
    worth = {mask: np.where(dear, 100.0, 0.0) for mask in roster.masks}
    before = sum(row[dear].sum() for row in roster.staffed.values())
    chain = chain_of(roster, TILTED, worth=worth)
    chain.run(0.0, 10 * MOVES)
    roster.load(chain.tours())
    assert sum(row[dear].sum() for row in roster.staffed.values()) > before


def planted(seed, people=20):
    """People, and a demand that random tours of theirs meet without an idle slot, at times short of one."""
    plain = week(
        agents=[agent(f"p{n}") for n in range(people)],
        contracts=[contract(start_band_minutes=120, max_consecutive_days=6, min_rest_minutes=660)],
    )
    roster, rng = Roster(plain), np.random.default_rng(seed)
    for number in range(people):
        roster.put(number, roster.best_tour(number, rng.normal(size=plain.horizon.slots)))
    extra = (roster.coverage.people > 0) & (rng.random(plain.horizon.slots) < 0.7)
    need = roster.coverage.people + extra
    return replace(plain, required_agents={"calls": need}), 10.0 * extra.sum()


@pytest.mark.parametrize("seed", [1, 3])
def test_small_moves_go_on_where_they_do_better_until_the_best_is_proven(seed):
    data, cost = planted(seed)
    solver = Solver(data, WorkBudget(work=60_000), params=SolveParams(threads=1))
    result = solver.run()
    assert solver.moves_do_better
    assert result.status is SolveStatus.OPTIMAL
    assert result.objective == pytest.approx(cost)
    assert result.work < 60_000


def test_many_skills_look_at_the_clock_more_often():
    plain, _ = planted(1, people=2)
    skills = tuple("abcdefgh")
    row = plain.required_agents["calls"]
    people = tuple(replace(one, skills=skills) for one in plain.agents)
    many = replace(
        plain,
        agents=people,
        required_agents=dict.fromkeys(skills, row),
        under_cost=dict(zip(skills, range(10, 18), strict=True)),
    )
    few = Chains(Roster(plain), seed=1, threads=1).at_once
    assert Chains(Roster(many), seed=1, threads=1).at_once < few / 10


def test_rosters_too_large_for_the_arrays_are_left_alone(monkeypatch):
    data = read_instance(random_instance(4)[0])
    roster = constructed(data)
    assert fits(roster)
    monkeypatch.setattr("scheduling.core.move_tables.MOST_CELLS", 1000)
    assert not fits(roster)
    assert solve(data, WorkBudget(work=300)).objective is not None


def test_rosters_without_anybody_placed_are_left_alone():
    assert not fits(Roster(read_instance(random_instance(4)[0])))
