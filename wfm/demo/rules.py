"""What binds some of the demo's people beside their contracts: rotations, consents, wishes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from wfm.demo.people import Person

ROTATION_NAME = "4 on 4 off"
ROTATION_PATTERN = "WWWWOOOO"
ROTATING = 2
"""Night agents who rotate, the second half a round after the first."""
CONSENTS = 4
WISH_EVERY = 7


@dataclass(frozen=True)
class WishSpec:
    """A wish for every such weekday: a day off, or a start between two minutes of the day."""

    person: Person
    weekday: int
    rank: int
    starts: tuple[int, int] | None = None


def rotating(people: Sequence[Person]) -> list[Person]:
    """Who works four nights, then has four off."""
    return [person for person in people if person.contract == "night"][:ROTATING]


def agree_to_splits(people: Sequence[Person]) -> list[Person]:
    """Part-timers who take both golden peaks of a day."""
    return [person for person in people if person.contract == "part"][:CONSENTS]


def wishes(people: Sequence[Person]) -> list[WishSpec]:
    """Every seventh person wishes for a free day, or for early starts, and half of them for both."""
    found = []
    for place, person in enumerate(people[WISH_EVERY - 1 :: WISH_EVERY]):
        if person.contract not in {"full", "long", "part"}:
            continue
        weekday = (4, 5, 0, 2)[place % 4]
        if place % 2 == 0:
            found.append(WishSpec(person, weekday, 1))
        if place % 4 != 0:
            found.append(WishSpec(person, 1, 2 if place % 2 == 0 else 1, (420, 540)))
    return found
