"""How far people may do work of another queue."""

from dataclasses import dataclass

DEFAULT_GIVE = 0.005
DEFAULT_OCCUPANCY_CAP = 0.85


@dataclass(frozen=True)
class Transfer:
    """How far people may do other work.

    Attributes:
        give: By how much the level may fall.
        occupancy_cap: Busy share up to which people may work, all their work together.

    """

    give: float = DEFAULT_GIVE
    occupancy_cap: float = DEFAULT_OCCUPANCY_CAP

    def __post_init__(self) -> None:
        if not 0.0 <= self.give < 1.0:
            msg = f"Expected 0 <= give < 1, got {self.give}."
            raise ValueError(msg)
        if not 0.0 < self.occupancy_cap <= 1.0:
            msg = f"Expected 0 < occupancy_cap <= 1, got {self.occupancy_cap}."
            raise ValueError(msg)
