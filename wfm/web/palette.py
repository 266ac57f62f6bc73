"""What the palette finds: rooms first, then queues, teams and people in the person's scope."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wfm.org.access import access_of
from wfm.org.models import Agent, Queue, Team
from wfm.web.frame import ROOMS

MOST_ENTRIES = 12
MOST_OF_ONE_KIND = 6

# Pages below the rooms: label, URL name, permission.
PAGES = (
    (gettext_lazy("Board"), "board", "schedule.view"),
    (gettext_lazy("Briefing"), "briefing", "intraday.view"),
    (gettext_lazy("Alerts"), "intraday-alerts", "intraday.view"),
    (gettext_lazy("Playbooks"), "intraday-playbooks", "intraday.view"),
    (gettext_lazy("People"), "people", "people.view"),
    (gettext_lazy("Roles"), "roles", "role.view"),
    (gettext_lazy("Jobs"), "jobs", "job.view"),
    (gettext_lazy("Preferences"), "preferences", ""),
)


def find_entries(user: Any, text: str) -> list[dict[str, str]]:
    """Return at most a dozen places whose name holds the text, each with its address."""
    wanted = text.strip()
    entries = [*_pages(user, wanted)]
    if wanted:
        entries += [*_queues(user, wanted), *_teams(user, wanted), *_agents(user, wanted)]
    return entries[:MOST_ENTRIES]


def _entry(label: object, kind: object, url: str) -> dict[str, str]:
    return {"label": str(label), "kind": str(kind), "url": url}


def _pages(user: Any, wanted: str) -> Iterator[dict[str, str]]:
    access = access_of(user)
    for room in ROOMS:
        if room.may_be_seen_by(access) and _holds(room.label, wanted):
            yield _entry(room.label, _("Room"), room.path)
    for label, name, permission in PAGES:
        if (permission and not access.can(permission)) or not _holds(label, wanted):
            continue
        try:
            yield _entry(label, _("Page"), reverse(name))
        except NoReverseMatch:  # the page's app is not installed
            continue


def _holds(label: object, wanted: str) -> bool:
    return wanted.casefold() in str(label).casefold()


def _queues(user: Any, wanted: str) -> Iterator[dict[str, str]]:
    access = access_of(user)
    path = next(
        (
            room.path
            for room in ROOMS
            if room.key in {"forecast", "reports"} and room.may_be_seen_by(access)
        ),
        "",
    )
    found = Queue.objects.visible_to(user).filter(is_active=True, name__icontains=wanted)
    for queue in found.order_by("name")[:MOST_OF_ONE_KIND] if path else []:
        yield _entry(queue, _("Queue"), f"{path}?{urlencode({'queue': queue.pk})}")


def _teams(user: Any, wanted: str) -> Iterator[dict[str, str]]:
    if not access_of(user).can("schedule.view"):
        return
    found = Team.objects.visible_to(user).filter(is_active=True, name__icontains=wanted)
    for team in found.order_by("name")[:MOST_OF_ONE_KIND]:
        yield _entry(team, _("Team"), f"/schedule/?{urlencode({'team': team.pk})}")


def _agents(user: Any, wanted: str) -> Iterator[dict[str, str]]:
    if not access_of(user).can("people.view"):
        return
    found = Agent.objects.visible_to(user).active().filter(name__icontains=wanted)
    for agent in found.order_by("sort_key")[:MOST_OF_ONE_KIND]:
        yield _entry(agent, _("Agent"), reverse("person", args=[agent.pk]))
