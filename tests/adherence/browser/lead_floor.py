"""A floor of hundreds with names of many countries, queues with a requirement, and something amiss."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
from django.utils.timezone import now

from adherence.models import AgentContact, BusyRoute
from adherence.services import (
    NoteTarget,
    NoteWords,
    follow_busy,
    recompute_days,
    refresh_live,
    write_note,
)
from adherence.services.floor_figures import refresh_impacts, refresh_trend
from scheduling.models import QueueValue
from tests.adherence.browser.floor import _behave, _codes, _plan, _send
from tests.factories.adherence import make_required, make_version
from tests.factories.org import (
    make_agent,
    make_employment_contract,
    make_goal,
    make_queue,
    make_site,
    make_skill,
    make_team,
    make_user,
)
from wfm.org.models import AgentSkill
from wfm.org.tenancy import system_tenant

GIVEN = (
    "Amara", "Ben", "Camila", "Dmitri", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kavya",
    "Lucia", "Marta", "Noah", "Olivia", "Pedro", "Rosa", "Samir", "Tara", "Wolfgang-Maximilian",
)  # fmt: skip
FAMILY = (
    "Okafor", "Carter", "Rossi", "Obi", "Zahra", "Kim", "Lambert", "Duarte", "Weber", "Rao",
    "Nowak", "Fernández de la Vega", "Haddad", "Singh", "Berg", "Petrova",
)  # fmt: skip
CHINESE = [
    "王芳",
    "李娜",
    "张伟",
    "刘洋",
    "陈静",
    "杨柳",
    "赵磊",
    "黄敏",
    "周杰",
    "吴秀英",
    "徐丽",
    "孙浩",
    "马超",
    "朱琳",
    "胡军",
    "郭敏",
]


def names(count):
    """Every fifth is Chinese; no two alike."""
    found = []
    for index in range(count):
        if index % 5 == 4:
            place = index // 5
            found.append(CHINESE[place % 16] + "一二三四五六七"[place // 16 - 1 :][: place >= 16])
        else:
            found.append(f"{GIVEN[index % 20]} {FAMILY[(index // 20 + index) % 16]}")
    return found


def make_lead_floor(count=320):
    """Write it: four teams at two sites, two queues, one skill with a single holder who is absent."""
    with system_tenant():
        codes = _codes()
        at = now().replace(microsecond=0)
        start = at - timedelta(hours=3, minutes=at.minute % 15, seconds=at.second)
        sites = [
            make_site(name=name, timezone="America/Toronto") for name in ("Toronto", "Halifax")
        ]
        teams = [
            make_team(name=f"Bank voice {letter}", site=sites[i // 2])
            for i, letter in enumerate("ABCD")
        ]
        queues = [make_queue(name=name) for name in ("Bank voice", "Card service")]
        for queue in queues:
            make_goal(queue)
        QueueValue.objects.create(queue=queues[0], hour_value=38)
        contract = make_employment_contract()
        version = make_version(starts_on=(at - timedelta(days=2)).date())
        agents, events = [], []
        rng = np.random.default_rng(11)
        for index, name in enumerate(names(count)):
            queue = queues[index % 3 == 0]
            agent = make_agent(
                name=name, team=teams[index % 4], employment_contract=contract, skills=[queue.skill]
            )
            _plan(agent, start, codes, queue, version, place=("OFFICE", "HOME")[index % 3 == 0])
            # One in eight behaves in each of the eight ways; most of the floor simply works.
            events += _behave(agent, index if index % 3 == 0 else 8, start, at, rng)
            agents.append(agent)
        _send(events, at)
        sole = next(agent for index, agent in enumerate(agents) if index % 24 == 9)
        skill = make_skill(name="Mortgages in French")
        make_queue(name="Mortgage line FR", skill=skill)
        AgentSkill.objects.create(agent=sole, skill=skill, starts_on="2020-01-01")
        ids = [agent.pk for agent in agents]
        refresh_live(agent_ids=ids, at=at)
        recompute_days(agent_ids=ids, first_date=at.date(), last_date=at.date(), at=at)
        lead = make_user("team_lead", email="lead@demo.example", display_name="Lena Lead")
        helper = make_user("team_lead", email="tom@demo.example", display_name="Tom Techniker")
        BusyRoute.objects.create(activity_code=codes["technical"], troubleshooter=helper)
        make_user("agent", agent=agents[0], email="amara@demo.example", display_name=agents[0].name)
        AgentContact.objects.create(
            agent=agents[0], phone="+1 416 555 0100", messenger_url="https://chat.example/amara"
        )
        make_required(queues[0], at=at, offered=710, required=205)
        make_required(queues[1], at=at, offered=205, required=62)
        follow_busy(at=at)
        refresh_impacts(at=at)
        refresh_trend(at=at)
        write_note(
            target=NoteTarget(kind="AGENT_DAY", agent=agents[12]),
            words=NoteWords(
                "Says the softphone drops after each call; IT ticket 4711.", ["softphone"]
            ),
            author=lead,
            at=at,
        )
        return SimpleNamespace(agents=agents, codes=codes, teams=teams, sites=sites, queues=queues, sole=sole,
                               lead=lead, helper=helper, at=at)  # fmt: skip
