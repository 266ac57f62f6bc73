"""What is set for queues beyond their own rows, read for many of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from staffing.models import CallbackOffer, ShrinkageProfile
from staffing.queries.callbacks import offers_by_queue
from wfm.org.calendars import business_calendars
from wfm.org.models import Queue, ServiceGoal
from wfm.timeline import BusinessCalendar


@dataclass(frozen=True)
class QueueSettings:
    """Opening hours, goals, shrinkage and callbacks of one queue, of all times.

    Attributes:
        calendar: Opening hours, by which due times count as well.
        goals: All versions, oldest first.
        profiles: Shrinkage, oldest first, with rates and their codes.
        offers: Callbacks that the queue offers.

    """

    calendar: BusinessCalendar
    goals: list[ServiceGoal]
    profiles: list[ShrinkageProfile]
    offers: list[CallbackOffer]

    def goals_between(self, first: date, last: date) -> list[ServiceGoal]:
        """Return the goal versions in force on one of these dates, both included, oldest first."""
        return [
            goal
            for goal in self.goals
            if goal.starts_on <= last and (goal.ends_on is None or goal.ends_on > first)
        ]


def settings_of(queues: Sequence[Queue]) -> dict[int, QueueSettings]:
    """Return what is set for each queue, by its id; as many queries for one queue as for hundreds."""
    ids = [queue.pk for queue in queues]
    goals: dict[int, list[ServiceGoal]] = {pk: [] for pk in ids}
    for goal in ServiceGoal.objects.filter(queue__in=ids).order_by("starts_on", "pk"):
        goals[goal.queue_id].append(goal)
    profiles: dict[int, list[ShrinkageProfile]] = {pk: [] for pk in ids}
    found = ShrinkageProfile.objects.filter(queue__in=ids).order_by("starts_on", "pk")
    for profile in found.prefetch_related("rates__activity_code"):
        profiles[profile.queue_id].append(profile)
    calendars, offers = business_calendars(queues), offers_by_queue(ids)
    return {
        pk: QueueSettings(calendars[pk], goals[pk], profiles[pk], offers.get(pk, [])) for pk in ids
    }
