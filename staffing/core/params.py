"""The knobs of a requirement run; they travel as JSON with the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from staffing.core.definitions import Model
from staffing.core.plan_shape import PlanShape

EXPONENTIAL_SPREAD, MOST_SPREAD = 1.0, 4.0
"""Of handle times, as a share of their mean."""


class LiveStrategy(StrEnum):
    """How intervals of a live queue hang together."""

    CARRIED_OVER = "carried_over"  # each interval begins where the one before it ended
    PERIOD_BY_PERIOD = "period_by_period"  # each interval in its own steady state


@dataclass(frozen=True)
class RequirementParams:
    """How a requirement is computed.

    Attributes:
        live_strategy: How live intervals hang together.
        deferred_shape: Flat team or shaped plan for deferred queues.
        chat_growth_rate: Extra handling time per further contact at once, as a share.
        clear_overdue_minutes: Business minutes within which work that is overdue at the start is
            to be done (it counts as missed in any case).
        handling_spread: Standard deviation of deferred items' handle times over their mean; 1 is
            exponential, others are lognormal.
        models: Erlang model by queue id where the usual choice is overruled.
        publish_when_done: Publish as the job's last act.

    """

    live_strategy: LiveStrategy = LiveStrategy.CARRIED_OVER
    deferred_shape: PlanShape = PlanShape.SHAPED
    chat_growth_rate: float = 0.25
    clear_overdue_minutes: int = 480
    handling_spread: float = 1.0
    models: Mapping[int, Model] = field(default_factory=dict)
    publish_when_done: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.chat_growth_rate < 1.0:
            msg = f"Expected 0 <= chat_growth_rate < 1, got {self.chat_growth_rate}."
            raise ValueError(msg)
        if self.clear_overdue_minutes < 1:
            msg = f"Expected clear_overdue_minutes >= 1, got {self.clear_overdue_minutes}."
            raise ValueError(msg)
        if not 0.0 <= self.handling_spread <= MOST_SPREAD:
            msg = f"Expected 0 <= handling_spread <= {MOST_SPREAD}, got {self.handling_spread}."
            raise ValueError(msg)

    def as_json(self) -> dict[str, Any]:
        """Return plain values; keys of `models` become text."""
        return asdict(self) | {"models": {str(pk): str(name) for pk, name in self.models.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RequirementParams:
        """Read what `as_json` wrote; other keys are left alone."""
        return cls(
            live_strategy=LiveStrategy(data["live_strategy"]),
            deferred_shape=PlanShape(data["deferred_shape"]),
            chat_growth_rate=data["chat_growth_rate"],
            clear_overdue_minutes=data["clear_overdue_minutes"],
            handling_spread=data.get("handling_spread", cls.handling_spread),
            models={int(pk): Model(name) for pk, name in data["models"].items()},
            publish_when_done=data["publish_when_done"],
        )
