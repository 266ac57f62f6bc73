"""What the floor needs beside people and plans: time off to ask for, who answers for what, playbooks, news."""

from datetime import date, datetime
from decimal import Decimal

from adherence.models import AlertKind, BusyRoute, Playbook, PlaybookStep, Responsibility
from scheduling.models import TimeOffEntitlement, TimeOffKind, TimeOffLimit
from wfm.demo.loading.logins import PEOPLE
from wfm.integration.models import KnowledgeLink, NewsEntry
from wfm.integration.services.news import NewsInput, publish_news
from wfm.org.models import ActivityCode, Agent, Role, Team, User

VACATION_DAYS = Decimal(25)
CARRIED_DAYS = Decimal(3)
MOST_OFF_PER_TEAM = 3
PLAYBOOKS = {
    "Service is slipping": (
        AlertKind.SERVICE_AT_RISK,
        10,
        (
            ("Move breaks of the next hour", "Team lead"),
            ("Offer overtime to who is about to leave", "Team lead"),
            ("Put deferred work off", "Planner"),
        ),
    ),
    "Backlog will breach": (
        AlertKind.BACKLOG_BREACH,
        0,
        (
            ("Bring people over from calm queues", "Planner"),
            ("Tell the client what will be late, and until when", "Planner"),
        ),
    ),
}


def ensure_floor(*, at: datetime) -> None:
    """Write what is missing; what somebody has changed or deleted since stays as it is."""
    year = at.year
    _balances(date(year, 1, 1), date(year + 1, 1, 1))
    if not Responsibility.objects.exists():
        _duties()
    if not Playbook.objects.exists():
        _playbooks()
    if not NewsEntry.objects.exists():
        _news(at)


def _balances(starts_on: date, ends_on: date) -> None:
    """Vacation for everybody in this year, and how many of a team may be off at once."""
    vacation = ActivityCode.objects.get(key="vacation")
    kind, is_new = TimeOffKind.objects.get_or_create(activity_code=vacation)
    known = TimeOffEntitlement.objects.filter(kind=kind, starts_on=starts_on).values("agent")
    TimeOffEntitlement.objects.bulk_create(
        TimeOffEntitlement(
            agent=agent,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            granted=VACATION_DAYS,
            carried=CARRIED_DAYS,
            carried_until=date(starts_on.year, 4, 1),
        )
        for agent in Agent.objects.active().exclude(pk__in=known)
    )
    if is_new:
        TimeOffLimit.objects.bulk_create(
            TimeOffLimit(
                name=f"{team.name}: {MOST_OFF_PER_TEAM} off a day",
                team=team,
                starts_on=starts_on,
                most_people=MOST_OFF_PER_TEAM,
            )
            for team in Team.objects.order_by("pk")
        )


def _duties() -> None:
    """The lead first, the planner behind; technical trouble goes to the administrator."""
    lead, planner, admin = (
        User.objects.get(email=PEOPLE[name][0]) for name in ("lead", "planner", "admin")
    )
    for team in Team.objects.filter(pk__in=lead.role_grants.values("team")).distinct():
        Responsibility.objects.create(user=lead, team=team)
    Responsibility.objects.create(role=Role.objects.get(key="planner"))
    Responsibility.objects.create(user=planner, place=2)
    BusyRoute.objects.create(
        activity_code=ActivityCode.objects.get(key="technical"), troubleshooter=admin
    )


def _playbooks() -> None:
    for name, (kind, minutes, steps) in PLAYBOOKS.items():
        book = Playbook.objects.create(name=name, kind=kind, duration_minutes=minutes)
        PlaybookStep.objects.bulk_create(
            PlaybookStep(playbook=book, position=place, text=text, owner=owner)
            for place, (text, owner) in enumerate(steps, start=1)
        )


def _news(at: datetime) -> None:
    """A policy to acknowledge, a piece of news, and a link that helps with after-contact work."""
    planner = User.objects.get(email=PEOPLE["planner"][0])
    for title, body, asks in (
        (
            "Clean desk",
            "Lock the screen and leave no customer data on the desk when you go for a break.",
            True,
        ),
        (
            "Swaps are open",
            "Offer a shift under Shifts; colleagues of your site see it at once.",
            False,
        ),
    ):
        publish_news(
            wanted=NewsInput(title=title, body=body, starts_at=at, needs_acknowledgement=asks),
            by=planner,
            at=at,
        )
    KnowledgeLink.objects.create(
        title="How to close a contact",
        url="https://knowledge.example/closing-a-contact",
        activity_code=ActivityCode.objects.get(key="after-work"),
    )
