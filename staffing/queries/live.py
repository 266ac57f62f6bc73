"""A live queue's rows as the core's live queue; shared by the job and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from staffing.core.chat import ChatHandling
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.kernels import FloatArray
from staffing.core.live import LiveQueue
from staffing.core.model_choice import CHAT, LiveGoal, QueueKind, choose_model
from staffing.core.params import RequirementParams
from staffing.core.patience import PatienceEstimate
from staffing.core.traffic import Traffic
from staffing.queries.inputs import measured_patience
from wfm.org.models import Queue, ServiceGoal

FAMILY = "service_level."


@dataclass(frozen=True)
class Patience:
    """Mean patience of a queue's customers and where the figure comes from.

    Attributes:
        seconds: The figure in use; None where it is not known.
        is_measured: From history (total wait / abandoned), not set by a person.
        measured_seconds: What history shows; None with too few abandonments.
        abandoned: On how many abandonments history rests.

    """

    seconds: float | None
    is_measured: bool
    measured_seconds: float | None
    abandoned: float


def queue_kind(queue: Queue) -> QueueKind:
    """Return what decides the queue's model."""
    return QueueKind(
        is_live=queue.is_live,
        contacts_abandon=queue.contacts_abandon,
        concurrency=queue.work_type.concurrency,
    )


def queue_model(queue: Queue, params: RequirementParams) -> str:
    """Return the queue's model under these parameters; raises UnableToChoose."""
    return choose_model(queue_kind(queue), wanted=params.models.get(queue.pk))


def queue_patience(queue: Queue, *, before: datetime) -> Patience:
    """Return the patience set for the queue, else the measured one."""
    return patience_in_use(queue, measured_patience(queue, before=before))


def patience_in_use(queue: Queue, measured: PatienceEstimate) -> Patience:
    """The same where it is measured already."""
    return Patience(
        seconds=queue.patience_seconds or measured.patience_seconds,
        is_measured=queue.patience_seconds is None,
        measured_seconds=measured.patience_seconds,
        abandoned=measured.abandoned,
    )


def live_goal(goal: ServiceGoal) -> LiveGoal:
    """Return a goal row as the core's goal; raises ValueError where it is no live one."""
    if goal.threshold_seconds is None:
        msg = f"Version {goal.version} of this queue's goal has no threshold in seconds; set one."
        raise ValueError(msg)
    key = goal.metric_key.removeprefix(FAMILY)
    if key not in set(ServiceLevel):
        known = ", ".join(ServiceLevel)
        msg = f"“{goal.metric_key}” is no service level of a live queue. Known: {known}."
        raise ValueError(msg)
    return LiveGoal(
        definition=ServiceLevel(key),
        level=goal.level,
        threshold_seconds=goal.threshold_seconds,
        max_asa_seconds=goal.max_asa_seconds,
        max_abandonment_rate=goal.max_abandonment_rate,
        max_occupancy_rate=goal.max_occupancy_rate,
    )


def live_queue(
    queue: Queue,
    *,
    model: str,
    offered: FloatArray,
    aht_seconds: FloatArray,
    patience_seconds: float | None,
    params: RequirementParams,
) -> LiveQueue:
    """Return the queue's traffic per interval under its model."""
    erlangs = offered * aht_seconds / (queue.interval_minutes * 60)
    patience = np.nan if patience_seconds is None else patience_seconds
    traffic = Traffic(erlangs, aht_seconds, np.full(erlangs.shape, patience))
    if model == CHAT:
        handling = ChatHandling(queue.work_type.concurrency, params.chat_growth_rate)
        return LiveQueue(traffic, Model.A, handling)
    return LiveQueue(traffic, Model(model))
