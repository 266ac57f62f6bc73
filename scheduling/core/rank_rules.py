"""In which order bidders are served."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Bidder:
    """Who bids, and what the rules look at."""

    agent_id: int
    rank: int
    made_at: datetime
    here_since: date
    given_lately: int = 0
    """Offers won in the last quarter."""


def by_rule(rule: str, bidders: Sequence[Bidder], *, seed: int) -> list[Bidder]:
    """The bidders, first the one who is served first. Ties fall to the earlier bid."""
    keys: dict[str, Callable[[Bidder], tuple[object, ...]]] = {
        "FIRST": lambda b: (),
        "SENIORITY": lambda b: (b.here_since,),
        "RANK": lambda b: (b.rank, b.here_since),
        "FAIRNESS": lambda b: (b.given_lately, b.rank),
        "RANDOM": lambda b: (lot(seed, b.agent_id),),
    }
    key = keys[rule]
    return sorted(bidders, key=lambda b: (*key(b), b.made_at, b.agent_id))


def lot(seed: int, agent_id: int) -> str:
    """A draw that anybody can check: the same seed gives the same order."""
    return hashlib.sha256(f"{seed}:{agent_id}".encode()).hexdigest()
