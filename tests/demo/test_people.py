from collections import Counter

from wfm.demo.operation import QUEUES, SITES
from wfm.demo.people import people
from wfm.demo.workforce import EMPLOYMENT, TEAMS


def test_there_are_120_agents_with_their_own_names_and_numbers():
    found = people()
    assert len(found) == 120 == sum(team.people for team in TEAMS)
    assert len({person.name for person in found}) == 120
    assert len({person.number for person in found}) == 120


def test_the_demo_agent_is_first_and_works_the_line_that_never_closes():
    first = people()[0]
    assert first.is_demo_agent
    assert "claims-line" in first.skills
    assert not any(person.is_demo_agent for person in people()[1:])


def test_people_are_the_same_at_every_call():
    assert people() == people()


def test_every_skill_is_asked_for_and_every_queue_has_people():
    held = Counter(skill for person in people() for skill in person.skills)
    assert set(held) == {queue.skill for queue in QUEUES}
    assert min(held.values()) >= 15


def test_everyone_has_a_known_contract_and_place():
    known = {contract.key for contract in EMPLOYMENT}
    sites = {site.name for site in SITES}
    for person in people():
        assert person.contract in known
        assert person.team.site in sites
        assert (person.office_days == 0) == (person.works_at == "HOME")
        assert person.hourly_cost > 15
