"""Clients, sites, queues, activity codes, goals and promises of the demo as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from forecasting.models import DriverLink
from staffing.models import QueueLink, ShrinkageProfile, ShrinkageRate
from wfm.demo.operation import (
    ANSWERED,
    BANK_VOICE,
    BANK_VOICE_GENERATED_NOTE,
    CALLS_THAT_LEAVE_A_CLAIM,
    CLAIMS_DESK,
    CLAIMS_PHONE,
    CLIENTS,
    COMPANY_HOLIDAYS,
    QUEUES,
    SITES,
    QueueSpec,
)
from wfm.demo.workforce import ABSENCES, ACTIVITIES, SHRINKAGE, ActivitySpec
from wfm.org.channel_templates import CHANNEL_TEMPLATES
from wfm.org.models import (
    ActivityCode,
    Channel,
    Client,
    ClientContract,
    Holiday,
    OpeningHours,
    Queue,
    SeatPool,
    ServiceGoal,
    Site,
    Skill,
    SlaClause,
    WorkType,
)
from wfm.org.models.client import SlaPeriod

SHORT_ABANDON_SECONDS = 5
GOAL_RAISED_WEEKS_BEFORE = 13


@dataclass(frozen=True)
class Organization:
    """The rows that later parts of the load refer to, by key."""

    clients: Mapping[str, Client]
    sites: Mapping[str, Site]
    skills: Mapping[str, Skill]
    queues: Mapping[str, Queue]
    activities: Mapping[str, ActivityCode]


def create_organization(*, starts_on: date, anchor: date, bank_is_real: bool) -> Organization:
    """Create the demo's clients, sites, queues and everything that hangs on them."""
    clients = {
        spec.key: Client.objects.create(
            key=spec.key, name=spec.name, timezone=spec.tz, currency=spec.currency
        )
        for spec in CLIENTS
    }
    sites = {spec.name: Site.objects.create(name=spec.name, timezone=spec.tz) for spec in SITES}
    SeatPool.objects.bulk_create(
        SeatPool(site=sites[spec.name], name="Main floor", seats=spec.seats, starts_on=starts_on)
        for spec in SITES
    )
    activities = {spec.key: _activity(spec) for spec in (*ACTIVITIES, *ABSENCES)}
    skills = {spec.skill: Skill.objects.create(key=spec.skill, name=spec.name) for spec in QUEUES}
    queues = {
        spec.key: _create_queue(spec, clients, skills, bank_is_real=bank_is_real) for spec in QUEUES
    }
    organization = Organization(clients, sites, skills, queues, activities)
    for spec in QUEUES:
        _create_goals(spec, queues[spec.key], starts_on=starts_on, anchor=anchor)
        _create_shrinkage(queues[spec.key], activities, starts_on=starts_on)
    DriverLink.objects.create(driver_queue=queues[CLAIMS_DESK.key], queue=queues[CLAIMS_PHONE.key])
    QueueLink.objects.create(
        source=queues[CLAIMS_PHONE.key],
        target=queues[CLAIMS_DESK.key],
        share=CALLS_THAT_LEAVE_A_CLAIM,
        starts_on=anchor,
    )
    _create_promises(organization, starts_on=starts_on)
    return organization


def get_organization() -> Organization:
    """Return the rows of a demo that was loaded before."""
    return Organization(
        clients={row.key: row for row in Client.objects.all()},
        sites={row.name: row for row in Site.objects.all()},
        skills={row.key: row for row in Skill.objects.all()},
        queues={row.key: row for row in Queue.objects.select_related("work_type", "client")},
        activities={row.key: row for row in ActivityCode.objects.all()},
    )


def _activity(spec: ActivitySpec) -> ActivityCode:
    """Create an activity code; an installation's own code of the same key stays as it is."""
    code, _created = ActivityCode.objects.get_or_create(
        key=spec.key,
        defaults={
            "name": spec.name,
            "letter": spec.letter,
            "color": spec.color,
            "state_group": spec.state_group,
            "is_paid": spec.is_paid,
            "is_work": spec.is_work,
            "is_neutral": spec.is_neutral,
            "tolerance_seconds": spec.tolerance_seconds,
            "limit_seconds": spec.limit_seconds,
            "portal_position": spec.position,
        },
    )
    return code


def _create_queue(
    spec: QueueSpec,
    clients: Mapping[str, Client],
    skills: Mapping[str, Skill],
    *,
    bank_is_real: bool,
) -> Queue:
    template = CHANNEL_TEMPLATES[Channel(spec.channel)]
    work_type, _created = WorkType.objects.get_or_create(
        name=spec.name,
        defaults={
            "channel": spec.channel,
            "handling": template.handling,
            "contacts_abandon": template.contacts_abandon,
            "concurrency": spec.live.concurrency if spec.live else 1,
        },
    )
    is_real = spec is BANK_VOICE and bank_is_real
    queue = Queue.objects.create(
        client=clients[spec.client],
        work_type=work_type,
        skill=skills[spec.skill],
        name=spec.name,
        key=spec.key,
        timezone=spec.tz,
        default_aht_seconds=spec.aht_seconds,
        patience_seconds=spec.live.patience_seconds if spec.live else None,
        min_agents=spec.live.minimum_agents if spec.live else 0,
        is_simulated=not is_real,
        source_note=spec.note if is_real or spec is not BANK_VOICE else BANK_VOICE_GENERATED_NOTE,
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(queue=queue, weekday=weekday, opens_minute=opens, closes_minute=closes)
        for weekday, spans in spec.weekly.items()
        for opens, closes in spans
    )
    return queue


def _create_goals(spec: QueueSpec, queue: Queue, *, starts_on: date, anchor: date) -> None:
    """The bank's goal was raised by five points a quarter ago; the others never changed."""
    raised_on = anchor - timedelta(weeks=GOAL_RAISED_WEEKS_BEFORE) + timedelta(days=3)
    is_raised = spec is BANK_VOICE
    versions: list[tuple[float, date, date | None]] = (
        [(spec.goal.level - 0.05, starts_on, raised_on)] if is_raised else []
    )
    versions.append((spec.goal.level, raised_on if is_raised else starts_on, None))
    ServiceGoal.objects.bulk_create(
        ServiceGoal(
            queue=queue,
            version=number,
            starts_on=first,
            ends_on=until,
            metric_key=spec.goal.metric_key,
            level=level,
            threshold_seconds=spec.goal.threshold_seconds,
            due_unit=spec.goal.due.unit if spec.goal.due else "",
            due_amount=spec.goal.due.amount if spec.goal.due else None,
            due_cutoff_minute=spec.goal.due.cutoff_minute if spec.goal.due else None,
            max_abandonment_rate=spec.goal.max_abandonment_rate,
            max_occupancy_rate=spec.goal.max_occupancy_rate,
        )
        for number, (level, first, until) in enumerate(versions, start=1)
    )


def _create_shrinkage(
    queue: Queue, activities: Mapping[str, ActivityCode], *, starts_on: date
) -> None:
    profile = ShrinkageProfile.objects.create(queue=queue, name="Measured", starts_on=starts_on)
    ShrinkageRate.objects.bulk_create(
        ShrinkageRate(
            profile=profile,
            activity_code=activities[spec.code],
            rate=spec.rate,
            is_scheduled=spec.is_scheduled,
        )
        for spec in SHRINKAGE
    )


def _create_promises(organization: Organization, *, starts_on: date) -> None:
    """Write each client's contract with a weekly and a monthly clause for each queue."""
    for client in organization.clients.values():
        contract = ClientContract.objects.create(
            client=client, name=f"{client.name}: service agreement", starts_on=starts_on
        )
        SlaClause.objects.bulk_create(
            _clause(contract, organization.queues[spec.key], spec, period)
            for spec in QUEUES
            if spec.client == client.key
            for period in (SlaPeriod.WEEK, SlaPeriod.MONTH)
        )


def _clause(
    contract: ClientContract, queue: Queue, spec: QueueSpec, period: SlaPeriod
) -> SlaClause:
    """Live queues are promised the usual contract form, without short abandons."""
    is_live = spec.goal.metric_key == ANSWERED
    return SlaClause(
        contract=contract,
        queue=queue,
        metric_key="service_level.excl_short_abandons" if is_live else spec.goal.metric_key,
        target=spec.goal.level,
        period=period,
        threshold_seconds=spec.goal.threshold_seconds,
        short_seconds=SHORT_ABANDON_SECONDS,
    )


def create_closed_days(
    organization: Organization, *, bank_closed: list[date], starts_on: date, until: date
) -> None:
    """Close the bank's voice on days its source leaves out, the offices on company holidays."""
    rows = [
        Holiday(queue=organization.queues[BANK_VOICE.key], date=day, name="No data in the source")
        for day in bank_closed
    ]
    rows += [
        Holiday(queue=organization.queues[spec.key], date=day, name=name)
        for spec in QUEUES
        if spec is not BANK_VOICE and not spec.follows_claims
        for day, name in company_holidays(starts_on=starts_on, until=until)
    ]
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)


def company_holidays(*, starts_on: date, until: date) -> list[tuple[date, str]]:
    """Return the company's holidays in [starts_on, until)."""
    days = [
        (date(year, month, day), name)
        for year in range(starts_on.year, until.year + 1)
        for month, day, name in COMPANY_HOLIDAYS
    ]
    return [(day, name) for day, name in days if starts_on <= day < until]
