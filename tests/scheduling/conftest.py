"""A week with people, a requirement and a draft."""

import subprocess
from datetime import timedelta

import pytest

from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.tenancy import system_tenant


@pytest.fixture(autouse=True)
def _no_command_outlives_its_test(monkeypatch):
    """End the commands that a failed test leaves.

    One would go on using the cores, and the warning about it would fail whatever test runs when the
    garbage collector finds it.
    """
    started = []

    class Watched(subprocess.Popen):
        def __init__(self, args, *others, **options):
            super().__init__(args, *others, **options)
            if "manage.py" in args:
                started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    yield
    for command in started:
        if command.poll() is None:
            command.kill()
            command.communicate()


@pytest.fixture
def week():
    """Two queues, six people, each with a day shift on Monday to Friday in a draft."""
    with system_tenant():
        codes = make.make_codes()
        skill = org.make_skill(name="Claims")
        queue = org.make_queue(name="Claims line", skill=skill)
        chat = org.make_queue(name="Chat", skill=org.make_skill(name="Chat"))
        requirement = make.make_requirement(queue=queue, people=5.0)
        contract = make.make_contract()
        team = org.make_team(name="Claims team")
        agents = [
            org.make_agent(
                name=name, team=team, employment_contract=contract, skills=[skill, chat.skill]
            )
            for name in ("Ada Day", "Ben Early", "Cleo Late", "Dan Night", "Eve Short", "Fay Long")
        ]
        version = make.make_version(requirement_run=requirement)
        shifts = {}
        for day in range(5):
            for number, agent in enumerate(agents):
                start = make.at(day, 7 + number % 3)
                shifts[agent.name, day] = make.make_shift(
                    version=version,
                    agent=agent,
                    starts_at=start,
                    ends_at=start + timedelta(minutes=510),
                    queue=queue,
                )
        planner = org.make_user("planner")
        lead = org.make_user("team_lead")
        stranger = org.make_user("client", client=queue.client)
    return type(
        "Week",
        (),
        {
            "queue": queue, "chat": chat, "agents": agents, "version": version, "shifts": shifts,
            "planner": planner, "lead": lead, "stranger": stranger, "team": team,
            "requirement": requirement, "codes": codes, "contract": contract, "skill": skill,
        },
    )()  # fmt: skip
