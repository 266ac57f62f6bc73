"""Service by matching: equal to brute force, and never better with fewer people."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.core.coverage import Coverage, linked_skills
from tests.scheduling.core import weeks
from tests.scheduling.core.roster_checker import served_value

SKILLS = ("a", "b", "c")


@st.composite
def slot(draw):
    """A requirement per skill, its cost, and people with some of the skills."""
    need = draw(st.tuples(*[st.sampled_from([0.0, 0.3, 1.0, 1.6, 2.0])] * 3))
    cost = draw(st.tuples(*[st.sampled_from([5.0, 10.0, 25.0])] * 3))
    people = draw(st.lists(st.sets(st.sampled_from(SKILLS), min_size=1).map(frozenset), max_size=5))
    return need, cost, people


def coverage_of(need, cost, people):
    required = {skill: np.full(672, n) for skill, n in zip(SKILLS, need, strict=True)}
    data = weeks.week(
        required=required,
        under_cost=dict(zip(SKILLS, cost, strict=True)),
        agents=[
            weeks.agent(f"p{n}", skills=tuple(sorted(skills))) for n, skills in enumerate(people)
        ],
    )
    found = Coverage(data)
    for skills in people:
        found.add(found.mask(skills), np.array([0]))
    return found


@settings(max_examples=60, deadline=None)
@given(slot())
def test_saved_cost_equals_brute_force(case):
    need, cost, people = case
    found = coverage_of(need, cost, people)
    units = []
    for skill, n, c in zip(SKILLS, need, cost, strict=True):
        units += [(skill, c + 1.0)] * int(n)
        if n % 1:
            units.append((skill, (c + 1.0) * (n % 1)))
    idle_and_short = sum(n * c for n, c in zip(need, cost, strict=True)) + len(people)
    in_slot_0 = idle_and_short - served_value([set(p) for p in people], units)
    elsewhere = 671 * sum(n * c for n, c in zip(need, cost, strict=True))
    assert abs(found.cost() - in_slot_0 - elsewhere) < 1e-6


@settings(max_examples=60, deadline=None)
@given(slot(), st.sets(st.sampled_from(SKILLS), min_size=1))
def test_the_weight_of_a_slot_is_what_one_more_person_saves(case, skills):
    need, cost, people = case
    found = coverage_of(need, cost, [*people, frozenset(skills)])
    mask = found.mask(skills)
    found.remove(mask, np.array([0]))
    before, weight = found.cost(), found.weights(mask)[0]
    found.add(mask, np.array([0]))
    assert abs(before - found.cost() - weight) < 1e-6


def test_skills_without_common_people_are_kept_apart():
    assert linked_skills([0b001, 0b110], 3) == [[0], [1, 2]]
    assert linked_skills([0b011, 0b110], 3) == [[0, 1, 2]]
    assert linked_skills([], 2) == [[0], [1]]
