"""The demo's 120 agents: names, contracts, skills, pay and where they work. Pure, seeded."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from wfm.demo.operation import SEED
from wfm.demo.workforce import DEMO_TEAM, EMPLOYMENT, TEAMS, TeamSpec

DEMO_AGENT_NUMBER = "A0001"
DEMO_AGENT_NAME = "Rosa Lindqvist"

GIVEN_NAMES = [
    "Ada",
    "Amir",
    "Anouk",
    "Bela",
    "Bruno",
    "Carla",
    "Cedric",
    "Chidi",
    "Dalia",
    "Daniel",
    "Dunja",
    "Edwin",
    "Elif",
    "Emil",
    "Esther",
    "Farid",
    "Fiona",
    "Freya",
    "Gaspar",
    "Gita",
    "Hana",
    "Hugo",
    "Ibrahim",
    "Ines",
    "Ivo",
    "Jasmin",
    "Jonas",
    "Joyce",
    "Kamal",
    "Karin",
    "Kofi",
    "Lara",
    "Leo",
    "Lina",
    "Luca",
    "Maja",
    "Malik",
    "Marta",
    "Milan",
    "Mina",
    "Nadia",
    "Nils",
    "Noor",
    "Oscar",
    "Petra",
    "Quentin",
    "Rafael",
    "Rania",
    "Ruth",
    "Samir",
    "Selma",
    "Simon",
    "Tara",
    "Tomas",
    "Ulla",
    "Vera",
    "Victor",
    "Wanda",
    "Yara",
    "Zoe",
]
FAMILY_NAMES = [
    "Abbott",
    "Adeyemi",
    "Alves",
    "Arslan",
    "Bakker",
    "Barros",
    "Bergeron",
    "Bianchi",
    "Boateng",
    "Brandt",
    "Castillo",
    "Cho",
    "Clarke",
    "Costa",
    "Dubois",
    "Eklund",
    "Farah",
    "Fischer",
    "Fontaine",
    "Gagnon",
    "Garcia",
    "Haddad",
    "Hansen",
    "Horvat",
    "Ito",
    "Iyer",
    "Jansen",
    "Kaya",
    "Keller",
    "Khan",
    "Kowalski",
    "Lavoie",
    "Lopez",
    "MacNeil",
    "Martel",
    "Mensah",
    "Moreau",
    "Nair",
    "Novak",
    "Obi",
    "Olsen",
    "Pereira",
    "Petrov",
    "Quist",
    "Rahman",
    "Rossi",
    "Roy",
    "Sato",
    "Schmidt",
    "Silva",
    "Singh",
    "Stone",
    "Tanaka",
    "Tremblay",
    "Usman",
    "Varga",
    "Weber",
    "Wilson",
    "Yilmaz",
    "Zhao",
]
CHINESE_NAMES = ("王敏", "李娜", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "周婷")
CHINESE_EVERY = 15


@dataclass(frozen=True)
class Person:
    """An agent of the demo.

    `works_at` is OFFICE, HOME or HYBRID; `office_days` how many days a week a desk is needed.
    """

    number: str
    name: str
    team: TeamSpec
    contract: str
    skills: tuple[str, ...]
    works_at: str
    office_days: int
    hourly_cost: Decimal

    @property
    def is_demo_agent(self) -> bool:
        """The agent behind the printed login."""
        return self.number == DEMO_AGENT_NUMBER


def people() -> list[Person]:
    """Return all agents, the demo agent first; the same at every call."""
    rng = np.random.default_rng([SEED, 101])
    pay = {contract.key: Decimal(contract.hourly_cost) for contract in EMPLOYMENT}
    names = _names(rng)
    teams = sorted(TEAMS, key=lambda team: team.name != DEMO_TEAM)
    found: list[Person] = []
    for team in teams:
        contracts = [key for key, number in team.contracts for _ in range(number)]
        for place, contract in enumerate(contracts):
            number = f"A{len(found) + 1:04d}"
            works_at, office_days = _work_mode(rng, contract)
            found.append(
                Person(
                    number=number,
                    name=DEMO_AGENT_NAME if number == DEMO_AGENT_NUMBER else next(names),
                    team=team,
                    contract=contract,
                    skills=_skills(team, place),
                    works_at=works_at,
                    office_days=office_days,
                    hourly_cost=pay[contract] + Decimal(int(rng.integers(-4, 9))) / 4,
                )
            )
    return found


def _names(rng: np.random.Generator) -> Iterator[str]:
    """Yield names without repeat: each given name twice with different family names."""
    given = [*rng.permutation(GIVEN_NAMES), *rng.permutation(GIVEN_NAMES)]
    family = [*rng.permutation(FAMILY_NAMES), *rng.permutation(FAMILY_NAMES)]
    chinese = iter(CHINESE_NAMES)
    used: set[str] = set()
    for place, (first, last) in enumerate(zip(given, family, strict=True)):
        name = next(chinese, "") if place % CHINESE_EVERY == CHINESE_EVERY - 1 else ""
        name = name or f"{first} {last}"
        yield name if name not in used else f"{first} {last}-{given[place - 1]}"
        used.add(name)


def _skills(team: TeamSpec, place: int) -> tuple[str, ...]:
    extra = (team.extra_skill,) if team.extra_skill and place % 3 == 0 else ()
    return (*team.skills, *extra)


def _work_mode(rng: np.random.Generator, contract: str) -> tuple[str, int]:
    """Draw where someone works: nights mostly at home, others 45 % office, 25 % home, 30 % both."""
    shares = (0.2, 0.7, 0.1) if contract == "night" else (0.45, 0.25, 0.3)
    mode = str(rng.choice(["OFFICE", "HOME", "HYBRID"], p=shares))
    return mode, {"OFFICE": 5, "HOME": 0, "HYBRID": 3}[mode]
