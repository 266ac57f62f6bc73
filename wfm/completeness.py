"""What is set up, what is missing, and what each piece unlocks. Every answer is a query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecasting.models import ForecastRun, IntervalActual, WorkItem
from scheduling.models import ScheduleStatus, ScheduleVersion, ShiftTemplate
from staffing.models import RequirementRun, ShrinkageProfile
from wfm.org.access import Access, access_of
from wfm.org.access_views import require
from wfm.org.models import (
    ActivityCode,
    Agent,
    AgentAssignment,
    AgentSkill,
    Client,
    ClientContract,
    EmploymentContract,
    OpeningHours,
    Queue,
    SeatPool,
    ServiceGoal,
    Site,
    Team,
    User,
)
from wfm.org.tabs import settings_tabs

MOST_NAMES = 4


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of the set-up. `missing` names what lacks it; empty when it is whole."""

    title: str
    unlocks: str
    have: int
    missing: tuple[str, ...] = ()
    missing_count: int = 0
    url: str = ""
    permission: str = ""

    @property
    def is_done(self) -> bool:
        """Something is there and nothing lacks it."""
        return self.have > 0 and self.missing_count == 0

    @property
    def is_partial(self) -> bool:
        """Something is there, but not everywhere."""
        return self.have > 0 and self.missing_count > 0


@dataclass(frozen=True, kw_only=True)
class Check:
    """How one piece is counted: what exists, and which rows lack it."""

    title: str | Promise
    unlocks: str | Promise
    url_name: str
    permission: str
    have: Callable[[], QuerySet[Any]]
    lacking: Callable[[], QuerySet[Any]] | None = None

    def run(self, access: Access) -> Piece:
        """Count now."""
        lacking = self.lacking() if self.lacking else None
        missing_count = lacking.count() if lacking is not None else 0
        names = tuple(str(row) for row in lacking[:MOST_NAMES]) if missing_count and lacking else ()
        return Piece(
            title=str(self.title),
            unlocks=str(self.unlocks),
            have=self.have().count(),
            missing=names,
            missing_count=missing_count,
            url=_url(self.url_name) if access.can(self.permission) else "",
            permission=self.permission,
        )


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _checks(today: date, at: datetime) -> list[tuple[str | Promise, list[Check]]]:
    queues = Queue.objects.active().order_by("name")
    agents = Agent.objects.active().order_by("sort_key")
    clients = Client.objects.filter(is_active=True).order_by("name")
    has_history = Exists(IntervalActual.objects.filter(queue=OuterRef("pk"))) | Exists(
        WorkItem.objects.filter(queue=OuterRef("pk"))
    )
    assigned = AgentAssignment.objects.effective_on(today).filter(agent=OuterRef("pk"))
    skilled = AgentSkill.objects.filter(agent=OuterRef("pk"), starts_on__lte=today)
    return [
        (gettext_lazy("What is worked on"), _work_checks(queues, clients, today, has_history)),
        (gettext_lazy("Who works"), _people_checks(agents, assigned, skilled)),
        (gettext_lazy("How it is planned"), _plan_checks(at)),
    ]


def _work_checks(
    queues: QuerySet[Queue], clients: QuerySet[Client], today: date, has_history: Any
) -> list[Check]:
    goals = ServiceGoal.objects.effective_on(today)
    contracts = ClientContract.objects.effective_on(today)
    return [
        Check(
            title=gettext_lazy("Clients"),
            unlocks=gettext_lazy("queues, and reports of one's own rows"),
            url_name="admin:org_client_changelist",
            permission="org.edit",
            have=lambda: clients,
        ),
        Check(
            title=gettext_lazy("Queues"),
            unlocks=gettext_lazy("history, and everything that follows from it"),
            url_name="admin:org_queue_changelist",
            permission="org.edit",
            have=lambda: queues,
        ),
        Check(
            title=gettext_lazy("Opening hours"),
            unlocks=gettext_lazy(
                "which intervals are forecast and staffed; due times of deferred work"
            ),
            url_name="admin:org_openinghours_changelist",
            permission="org.edit",
            have=OpeningHours.objects.all,
            lacking=lambda: queues.exclude(pk__in=OpeningHours.objects.values("queue")),
        ),
        Check(
            title=gettext_lazy("Service goals"),
            unlocks=gettext_lazy("requirements: how many people each interval needs"),
            url_name="admin:org_servicegoal_changelist",
            permission="org.edit",
            have=lambda: goals,
            lacking=lambda: queues.exclude(pk__in=goals.values("queue")),
        ),
        Check(
            title=gettext_lazy("History"),
            unlocks=gettext_lazy("forecasts; four weeks are the least"),
            url_name="history",
            permission="history.view",
            have=lambda: queues.filter(has_history),
            lacking=lambda: queues.exclude(has_history),
        ),
        Check(
            title=gettext_lazy("Client contracts"),
            unlocks=gettext_lazy("SLA reports: kept or missed, clause by clause"),
            url_name="admin:org_clientcontract_changelist",
            permission="org.edit",
            have=lambda: contracts,
            lacking=lambda: clients.exclude(pk__in=contracts.values("client")),
        ),
    ]


def _people_checks(agents: QuerySet[Agent], assigned: Any, skilled: Any) -> list[Check]:
    sites = Site.objects.filter(is_active=True).order_by("name")
    return [
        Check(
            title=gettext_lazy("Sites with seats"),
            unlocks=gettext_lazy("seat limits in the schedule for those who work in the office"),
            url_name="admin:org_seatpool_changelist",
            permission="org.edit",
            have=SeatPool.objects.all,
            lacking=lambda: sites.exclude(pk__in=SeatPool.objects.values("site")),
        ),
        Check(
            title=gettext_lazy("Teams"),
            unlocks=gettext_lazy("a team lead's own view of people and adherence"),
            url_name="admin:org_team_changelist",
            permission="org.edit",
            have=lambda: Team.objects.filter(is_active=True),
        ),
        Check(
            title=gettext_lazy("Employment contracts"),
            unlocks=gettext_lazy("legal schedules: hours, days and rest; cost per hour"),
            url_name="admin:org_employmentcontract_changelist",
            permission="org.edit",
            have=EmploymentContract.objects.all,
        ),
        Check(
            title=gettext_lazy("Agents in teams"),
            unlocks=gettext_lazy("schedules: who can be placed at all"),
            url_name="people",
            permission="people.view",
            have=lambda: agents,
            lacking=lambda: agents.exclude(Exists(assigned)),
        ),
        Check(
            title=gettext_lazy("Skills of agents"),
            unlocks=gettext_lazy("which queues an agent serves"),
            url_name="admin:org_agentskill_changelist",
            permission="org.edit",
            have=AgentSkill.objects.all,
            lacking=lambda: agents.exclude(Exists(skilled)),
        ),
        Check(
            title=gettext_lazy("Logins of agents"),
            unlocks=gettext_lazy("the portal: clocking in, swaps, requests"),
            url_name="people",
            permission="people.invite",
            have=lambda: User.objects.filter(agent__isnull=False, is_active=True),
        ),
    ]


def _plan_checks(at: datetime) -> list[Check]:
    return [
        Check(
            title=gettext_lazy("Activity codes"),
            unlocks=gettext_lazy("breaks and meetings in shifts, adherence, shrinkage by code"),
            url_name="admin:org_activitycode_changelist",
            permission="org.edit",
            have=ActivityCode.objects.all,
        ),
        Check(
            title=gettext_lazy("Shrinkage"),
            unlocks=gettext_lazy("paid people from people on position"),
            url_name="admin:staffing_shrinkageprofile_changelist",
            permission="org.edit",
            have=ShrinkageProfile.objects.all,
        ),
        Check(
            title=gettext_lazy("Shift templates"),
            unlocks=gettext_lazy("the shapes that the solver may choose from"),
            url_name="admin:scheduling_shifttemplate_changelist",
            permission="org.edit",
            have=ShiftTemplate.objects.all,
        ),
        Check(
            title=gettext_lazy("A published forecast that reaches ahead"),
            unlocks=gettext_lazy("requirements"),
            url_name="forecast",
            permission="forecast.view",
            have=lambda: ForecastRun.objects.filter(published_at__isnull=False, ends_at__gt=at),
        ),
        Check(
            title=gettext_lazy("A published requirement that reaches ahead"),
            unlocks=gettext_lazy("schedules, and required against staffed"),
            url_name="staffing",
            permission="staffing.view",
            have=lambda: RequirementRun.objects.filter(
                published_at__isnull=False, forecast_run__ends_at__gt=at
            ),
        ),
        Check(
            title=gettext_lazy("A published schedule that reaches ahead"),
            unlocks=gettext_lazy("the portal, adherence and the live dashboard"),
            url_name="schedule",
            permission="schedule.view",
            have=lambda: ScheduleVersion.objects.filter(
                status=ScheduleStatus.PUBLISHED, ends_on__gt=at.date()
            ),
        ),
    ]


def pieces(*, access: Access, today: date, at: datetime) -> list[tuple[str, list[Piece]]]:
    """Return every piece by chapter, counted in the rows that the transaction may see."""
    return [
        (str(chapter), [check.run(access) for check in checks])
        for chapter, checks in _checks(today, at)
    ]


@require("org.view")
def completeness(request: HttpRequest) -> HttpResponse:
    """Show what is set up and what is missing."""
    chapters = pieces(access=access_of(request.user), today=localdate(), at=now())
    every = [piece for _chapter, found in chapters for piece in found]
    done = sum(piece.is_done for piece in every)
    missing = next((piece for piece in every if not piece.is_done and piece.url), None)
    context = settings_tabs(request, "settings") | {
        "chapters": chapters,
        "done": done,
        "total": len(every),
        "next_piece": missing,
        "summary": _("{done} of {total} pieces are whole.").format(done=done, total=len(every)),
    }
    return render(request, "org/completeness.html", context)
