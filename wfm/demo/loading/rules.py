"""Rotations, consents, wishes and values of queues of the demo as rows."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from scheduling.models import (
    Preference,
    PreferenceKind,
    QueueValue,
    Rotation,
    RotationAssignment,
    SplitShiftConsent,
)
from wfm.demo.people import Person
from wfm.demo.rules import ROTATION_NAME, ROTATION_PATTERN, agree_to_splits, rotating, wishes
from wfm.org.models import Agent, Queue

VALUED_QUEUE = "bank-voice"
HOUR_VALUE = Decimal(240)
LEAST_PEOPLE = 2


def create_rules(people: Sequence[Person], agents: Mapping[str, Agent], *, starts_on: date) -> None:
    """Write what binds some people beside their contracts."""
    rotation = Rotation.objects.create(name=ROTATION_NAME, pattern=ROTATION_PATTERN)
    RotationAssignment.objects.bulk_create(
        RotationAssignment(
            rotation=rotation,
            agent=agents[person.number],
            starts_on=starts_on + timedelta(days=4 * place),
        )
        for place, person in enumerate(rotating(people))
    )
    SplitShiftConsent.objects.bulk_create(
        SplitShiftConsent(agent=agents[person.number], starts_on=starts_on)
        for person in agree_to_splits(people)
    )
    Preference.objects.bulk_create(
        Preference(
            agent=agents[wish.person.number],
            kind=PreferenceKind.DAY_OFF if wish.starts is None else PreferenceKind.START,
            weekday=wish.weekday,
            rank=wish.rank,
            earliest_start_minute=0 if wish.starts is None else wish.starts[0],
            latest_start_minute=1440 if wish.starts is None else wish.starts[1],
        )
        for wish in wishes(people)
    )
    QueueValue.objects.bulk_create(
        QueueValue(queue=queue, hour_value=HOUR_VALUE, least_people=LEAST_PEOPLE)
        for queue in Queue.objects.filter(key=VALUED_QUEUE)
    )
