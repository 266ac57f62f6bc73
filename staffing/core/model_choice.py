"""Which model staffs a queue, and what is refused with a reason."""

from dataclasses import dataclass

import numpy as np

from staffing.core.definitions import DEFAULT_SHORT_SECONDS, Model, ServiceLevel
from staffing.core.goals import Goals
from staffing.core.refusals import NEVER_CERTAIN

DEFERRED = "deferred"
CHAT = "chat"


class UnableToChoose(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The queue cannot be staffed in that way; the sentence says why and the cure."""


@dataclass(frozen=True)
class QueueKind:
    """What decides the model.

    Attributes:
        is_live: Work waits seconds, not hours.
        contacts_abandon: Customers give up.
        concurrency: Contacts one agent handles at once.

    """

    is_live: bool
    contacts_abandon: bool
    concurrency: int = 1


def choose_model(kind: QueueKind, *, wanted: Model | None = None) -> str:
    """Return "deferred", "chat", "A" or "C"; `wanted` overrules the choice for live queues.

    Raises UnableToChoose for an Erlang model of deferred work, Erlang B, or C beside concurrency.
    """
    if not kind.is_live:
        if wanted is not None:
            msg = (
                f"Erlang {wanted} is for contacts that wait in a line of seconds. This queue's work "
                "waits hours or days, so Erlang would staff every peak at once or ignore the backlog; "
                "it is staffed by due time instead."
            )
            raise UnableToChoose(msg)
        return DEFERRED
    if wanted is Model.B:
        msg = (
            "Erlang B turns away whom it cannot answer; this queue lets contacts wait. Use A or C."
        )
        raise UnableToChoose(msg)
    if wanted is Model.A and not kind.contacts_abandon:
        msg = "Erlang A needs contacts that give up; this queue's never do. Use C."
        raise UnableToChoose(msg)
    if kind.concurrency > 1:
        if wanted is Model.C:
            msg = (
                f"Erlang C has one contact per agent; this queue's agents hold {kind.concurrency}. "
                "It is staffed by the chat chain."
            )
            raise UnableToChoose(msg)
        return CHAT
    return (wanted or (Model.A if kind.contacts_abandon else Model.C)).value


@dataclass(frozen=True)
class LiveGoal:
    """One version of a live queue's goal, as people set it."""

    definition: ServiceLevel
    level: float
    threshold_seconds: float
    max_asa_seconds: float | None = None
    max_abandonment_rate: float | None = None
    max_occupancy_rate: float | None = None

    def over(
        self, size: int, *, min_agents: int, short_seconds: float = DEFAULT_SHORT_SECONDS
    ) -> Goals:
        """Return the same goal for so many intervals."""
        return Goals.same(size, short_seconds=short_seconds, min_agents=min_agents, **vars(self))


def refuse_goal(goal: LiveGoal, *, model: str) -> str:
    """Return the sentence that refuses a goal, empty when it can be reached."""
    return _refuse_level(goal, model=model) or _refuse_caps(goal)


def _refuse_level(goal: LiveGoal, *, model: str) -> str:
    certain = goal.level >= 1.0
    refusals = (
        (
            not 0.0 < goal.level <= 1.0,
            f"Expected a service level above 0 % and up to 100 %, got {goal.level * 100:g} %.",
        ),
        (
            not goal.threshold_seconds >= 0.0,
            f"Expected a threshold of 0 seconds or more, got {goal.threshold_seconds:g}.",
        ),
        (
            certain and np.isfinite(goal.threshold_seconds),
            (
                f"A service level of 100 % within {goal.threshold_seconds:g} s needs infinitely many "
                "agents; 99 % is within reach."
            ),
        ),
        (
            certain and model != Model.C and goal.definition in NEVER_CERTAIN,
            "Some customers always give up, so 100 % cannot be reached; lower the target.",
        ),
        (
            model == Model.C and goal.definition is not ServiceLevel.ANSWERED_OVER_OFFERED,
            (
                f"Nobody abandons in this queue, so “{goal.definition}” has nothing to count; "
                "use answered_over_offered."
            ),
        ),
    )
    return next((sentence for holds, sentence in refusals if holds), "")


def _refuse_caps(goal: LiveGoal) -> str:
    for name, cap in (
        ("average speed of answer", goal.max_asa_seconds),
        ("abandonment", goal.max_abandonment_rate),
        ("occupancy", goal.max_occupancy_rate),
    ):
        if cap is not None and not cap > 0.0:
            return f"No number of agents brings {name} to {cap:g}; set a cap above 0."
    return ""
