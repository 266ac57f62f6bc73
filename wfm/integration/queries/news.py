"""Who is told what: news and policies for a person, and people for an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from wfm.integration.models import (
    Audience,
    KnowledgeLink,
    NewsAcknowledgement,
    NewsEntry,
    NewsVersion,
)
from wfm.org.access import access_of
from wfm.org.models import AgentAssignment, AgentSkill, RoleGrant, Team, User


@dataclass(frozen=True)
class NewsItem:
    """An entry as one person sees it."""

    entry: NewsEntry
    version: NewsVersion
    acknowledged_at: datetime | None

    @property
    def asks_me(self) -> bool:
        """The person is asked to acknowledge and has not yet."""
        return self.entry.needs_acknowledgement and self.acknowledged_at is None


@dataclass(frozen=True)
class Reader:
    """A person of an entry's audience, and when they acknowledged what counts."""

    user: User
    acknowledged_at: datetime | None


def news_for(user: object, *, at: datetime) -> list[NewsItem]:
    """Return what is told to the person now: what still asks them first, then the newest."""
    access = access_of(user)
    if not isinstance(user, User) or not access.is_internal:
        return []
    entries = list(
        NewsEntry.objects.current(at=at)
        .filter(_reaches(user, at))
        .select_related("site", "team", "queue")
        .order_by("-starts_at", "-pk")
    )
    versions = {version.entry_id: version for version in _shown_versions(entries)}
    acknowledged = _acknowledged_by(user, entries)
    items = [
        NewsItem(entry, versions[entry.pk], acknowledged.get(entry.pk))
        for entry in entries
        if entry.pk in versions
    ]
    return sorted(items, key=lambda item: not item.asks_me)


def _reaches(user: User, at: datetime) -> Q:
    day = at.date()
    own = AgentAssignment.objects.effective_on(day).filter(agent=user.agent_id or 0)
    led = RoleGrant.objects.filter(user=user).exclude(team=None)
    teams = Q(pk__in=own.values("team")) | Q(pk__in=led.values("team"))
    in_force = Q(ends_on=None) | Q(ends_on__gt=day)
    skills = AgentSkill.objects.filter(in_force, agent=user.agent_id or 0, starts_on__lte=day)
    my_teams = Team.objects.filter(teams)
    return (
        Q(audience=Audience.EVERYONE)
        | Q(audience=Audience.TEAM, team__in=my_teams)
        | Q(audience=Audience.SITE, site__in=my_teams.values("site"))
        | Q(audience=Audience.QUEUE, queue__skill__in=skills.values("skill"))
    )


def _shown_versions(entries: list[NewsEntry]) -> QuerySet[NewsVersion]:
    numbers = {(entry.pk, entry.number) for entry in entries}
    wanted = Q(pk__in=[])
    for entry_id, number in numbers:
        wanted |= Q(entry=entry_id, number=number)
    return NewsVersion.objects.filter(wanted)


def _acknowledged_by(user: User, entries: list[NewsEntry]) -> dict[int, datetime]:
    rows = NewsAcknowledgement.objects.filter(user=user, version__entry__in=entries)
    asks_from = {entry.pk: entry.asks_from_number for entry in entries}
    return {
        entry_id: at
        for entry_id, number, at in rows.order_by("at").values_list(
            "version__entry", "version__number", "at"
        )
        if number >= asks_from[entry_id]
    }


def audience_of(entry: NewsEntry, *, at: datetime) -> QuerySet[User]:
    """Return the people whom an entry is for, as teams and skills are on that day."""
    day = at.date()
    assigned = AgentAssignment.objects.effective_on(day)
    people = User.objects.filter(is_active=True)
    inside = Q(is_superuser=True) | Q(role_grants__role__is_internal=True)
    if entry.audience == Audience.EVERYONE:
        return people.filter(inside).distinct()
    if entry.audience == Audience.QUEUE:
        in_force = Q(ends_on=None) | Q(ends_on__gt=day)
        skilled = AgentSkill.objects.filter(
            in_force, skill__queues=entry.queue_id, starts_on__lte=day
        )
        return people.filter(inside, agent__in=skilled.values("agent")).distinct()
    if entry.audience == Audience.SITE:
        assigned = assigned.filter(team__site=entry.site_id)
        leads = Q(role_grants__team__site=entry.site_id)
    else:
        assigned = assigned.filter(team=entry.team_id)
        leads = Q(role_grants__team=entry.team_id)
    return people.filter(inside).filter(leads | Q(agent__in=assigned.values("agent"))).distinct()


def readers_of(entry: NewsEntry, *, at: datetime) -> list[Reader]:
    """Return the audience, those who have not acknowledged first."""
    acknowledged = dict(
        NewsAcknowledgement.objects.filter(
            version__entry=entry, version__number__gte=entry.asks_from_number
        )
        .order_by("at")
        .values_list("user", "at")
    )
    people = audience_of(entry, at=at).order_by("display_name", "pk")
    readers = [Reader(user, acknowledged.get(user.pk)) for user in people]
    return sorted(readers, key=lambda reader: reader.acknowledged_at is not None)


def shown_version(entry: NewsEntry) -> NewsVersion:
    """Return the version of an entry that is shown."""
    return NewsVersion.objects.get(entry=entry, number=entry.number)


def knowledge_for(
    principal: object, *, activity_code_id: int | None, queue_id: int | None
) -> QuerySet[KnowledgeLink]:
    """Return the links that help at this activity with this queue's work."""
    links = KnowledgeLink.objects.visible_to(principal)
    of_activity = Q(activity_code=activity_code_id or 0) & (Q(queue=None) | Q(queue=queue_id or 0))
    of_queue = Q(activity_code=None, queue=queue_id or 0)
    return links.filter(of_activity | of_queue).order_by("place", "title", "pk")
