"""Who an agent is, where, how to reach them, and what their day looks like."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist

from adherence.models import AgentContact, AgentLive, BusyCase, Note
from wfm.org.models import Agent, AgentAssignment

NOTES_BACK = timedelta(days=7)
MOST_NOTES = 20


@dataclass(frozen=True)
class Contact:
    """Ways to reach an agent; empty where not known."""

    phone: str
    email: str
    messenger_url: str


@dataclass(frozen=True)
class AgentCard:
    """What a lead needs of one agent at a glance."""

    agent: Agent
    live: AgentLive | None
    team: str
    site: str
    timezone: str
    work_mode: str
    skills: tuple[str, ...]
    contact: Contact
    has_login: bool
    notes: tuple[Note, ...]
    cases: tuple[BusyCase, ...]


def agent_card(*, agent: Agent, principal: object, at: datetime) -> AgentCard:
    """Return it; notes and cases are those that the principal may see."""
    home = (
        AgentAssignment.objects.effective_on(at.date())
        .filter(agent=agent)
        .select_related("team__site")
        .first()
    )
    live = (
        AgentLive.objects.filter(agent=agent)
        .select_related("activity_code", "planned_code", "planned_queue", "next_code")
        .first()
    )
    notes = Note.objects.visible_to(principal).on_agents([agent.pk], since=at - NOTES_BACK)
    cases = BusyCase.objects.visible_to(principal).filter(agent=agent, closed_at=None)
    return AgentCard(
        agent=agent,
        live=live,
        team=home.team.name if home else "",
        site=home.team.site.name if home else "",
        timezone=home.team.site.timezone if home else "UTC",
        work_mode=home.get_work_mode_display() if home else "",
        skills=_skills(agent, at.date()),
        contact=_contact(agent),
        has_login=_login_email(agent) != "",
        notes=tuple(notes.select_related("author").order_by("-created_at", "-pk")[:MOST_NOTES]),
        cases=tuple(cases.select_related("activity_code", "assigned_to").order_by("began_at")),
    )


def _skills(agent: Agent, day: date) -> tuple[str, ...]:
    held = agent.agent_skills.filter(starts_on__lte=day).exclude(ends_on__lte=day)
    return tuple(held.order_by("skill__name").values_list("skill__name", flat=True))


def _contact(agent: Agent) -> Contact:
    """What people wrote down; the login's address where no other is known."""
    known = AgentContact.objects.filter(agent=agent).first() or AgentContact(agent=agent)
    return Contact(known.phone, known.email or _login_email(agent), known.messenger_url)


def _login_email(agent: Agent) -> str:
    try:
        user = agent.user
    except ObjectDoesNotExist:
        return ""
    return str(user.email) if user.is_active else ""
