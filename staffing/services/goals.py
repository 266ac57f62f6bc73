"""Service goals and the few settings of a queue that staffing rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from staffing.core.model_choice import refuse_goal
from staffing.core.params import RequirementParams
from staffing.queries.live import live_goal, queue_model
from wfm.org.models import Queue, ServiceGoal
from wfm.org.services.checks import refused_as

DEFERRED_KEY = "service_level.deferred"


class UnableToChangeGoal(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The goal cannot be changed like that; the sentence says why."""


@dataclass(frozen=True)
class GoalChange:
    """What a new version of a goal says."""

    metric_key: str
    level: float
    threshold_seconds: int | None = None
    due_unit: str = ""
    due_amount: int | None = None
    due_cutoff_minute: int | None = None
    max_asa_seconds: float | None = None
    max_abandonment_rate: float | None = None
    max_occupancy_rate: float | None = None


@transaction.atomic
def change_service_goal(*, queue: Queue, change: GoalChange, starts_on: date) -> ServiceGoal:
    """Begin a new version on a date; the version in force then ends the day before.

    Versions that would begin later are refused: they would be overrun without a word.
    """
    goals = ServiceGoal.objects.select_for_update().filter(queue=queue)
    if later := goals.filter(starts_on__gt=starts_on).order_by("starts_on").first():
        raise UnableToChangeGoal(
            _("Version %(version)s begins on %(date)s already; choose a date from then on.")
            % {"version": later.version, "date": later.starts_on}
        )
    if goals.filter(starts_on=starts_on).exists():
        raise UnableToChangeGoal(
            _("A version begins on %(date)s already, and versions are never rewritten.")
            % {"date": starts_on}
        )
    goals.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on)).update(ends_on=starts_on)
    version = (goals.aggregate(last=Max("version"))["last"] or 0) + 1
    goal = ServiceGoal(queue=queue, version=version, starts_on=starts_on, **vars(change))
    _refuse_foreign(queue, change)
    with refused_as(UnableToChangeGoal):
        goal.full_clean()
    if queue.is_live:
        _refuse_out_of_reach(queue, goal)
    goal.save(force_insert=True)
    return goal


def _refuse_foreign(queue: Queue, change: GoalChange) -> None:
    """Live queues promise seconds, deferred ones a due time; never one in place of the other."""
    if queue.is_live and (change.due_unit or change.due_amount is not None):
        raise UnableToChangeGoal(
            _("%(queue)s is live: its goal is a threshold in seconds, without a due time.")
            % {"queue": queue}
        )
    if queue.is_live:
        return
    if change.threshold_seconds is not None or change.metric_key != DEFERRED_KEY:
        raise UnableToChangeGoal(
            _("%(queue)s is deferred: its goal is %(key)s by a due time, without seconds.")
            % {"queue": queue, "key": DEFERRED_KEY}
        )
    if change.due_amount is None:
        raise UnableToChangeGoal(
            _("The goal of %(queue)s needs a due time: how many hours or days.") % {"queue": queue}
        )


def _refuse_out_of_reach(queue: Queue, goal: ServiceGoal) -> None:
    """Say now what the next requirement would refuse: 100 % within seconds, for one."""
    try:
        refusal = refuse_goal(live_goal(goal), model=queue_model(queue, RequirementParams()))
    except ValueError as error:
        raise UnableToChangeGoal(str(error)) from error
    if refusal:
        raise UnableToChangeGoal(refusal)


@dataclass(frozen=True)
class QueueSettings:
    """Settings of a queue that staffing rests on."""

    default_aht_seconds: float
    patience_seconds: float | None
    min_agents: int


@transaction.atomic
def change_queue_settings(*, queue: Queue, settings: QueueSettings) -> Queue:
    """Save the settings; the audit keeps what they were."""
    for name, value in vars(settings).items():
        setattr(queue, name, value)
    with refused_as(UnableToChangeGoal):
        queue.full_clean()
    queue.save(update_fields=list(vars(settings)))
    return queue
