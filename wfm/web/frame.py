"""What the frame around every page shows; each part is computed only when a template asks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext_lazy

from wfm.integration.models import Notice
from wfm.jobs.models import Job
from wfm.org.access import Access, access_of


@dataclass(frozen=True, kw_only=True)
class Room:
    """One place of the rail, shown to those who hold any of the permissions."""

    key: str
    path: str
    icon: str
    label: str | Promise
    permissions: tuple[str, ...]

    def may_be_seen_by(self, access: Access) -> bool:
        """Tell whether the rail shows it."""
        return any(access.can(name) for name in self.permissions)


ROOMS = (
    Room(key="today", path="/", icon="today", label=gettext_lazy("Today"), permissions=("history.view", "forecast.view", "staffing.view", "schedule.view", "adherence.view")),
    Room(key="history", path="/history/", icon="history", label=gettext_lazy("History"), permissions=("history.view",)),
    Room(key="forecast", path="/forecast/", icon="forecast", label=gettext_lazy("Forecast"), permissions=("forecast.view",)),
    Room(key="staffing", path="/staffing/", icon="staffing", label=gettext_lazy("Staffing"), permissions=("staffing.view",)),
    Room(key="schedule", path="/schedule/", icon="schedule", label=gettext_lazy("Schedule"), permissions=("schedule.view",)),
    Room(key="adherence", path="/adherence/", icon="adherence", label=gettext_lazy("Adherence"), permissions=("adherence.view",)),
    Room(key="intraday", path="/intraday/", icon="intraday", label=gettext_lazy("Intraday"), permissions=("intraday.view",)),
    Room(key="reports", path="/reports/", icon="reports", label=gettext_lazy("Reports"), permissions=("sla.view", "metric.view")),
    Room(key="settings", path="/settings/", icon="settings", label=gettext_lazy("Settings"), permissions=("org.view", "people.view", "role.view")),
)  # fmt: skip
THEMES = (
    ("SYSTEM", gettext_lazy("As the device")),
    ("LIGHT", gettext_lazy("Light")),
    ("DARK", gettext_lazy("Dark")),
)


class Frame:
    """The frame of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = getattr(request, "user", None)
        self.access = access_of(self.user)

    @property
    def html_lang(self) -> str:
        """The language as HTML writes it; ours is the English of 16 Nov, not of 11/16."""
        head, _dash, tail = (get_language() or "en").partition("-")
        if tail:
            return f"{head}-{tail.title()}"
        return "en-GB" if head == "en" else head

    @property
    def theme(self) -> str:
        """`system`, `light` or `dark`, from the person or, before login, the cookie."""
        chosen = getattr(self.user, "theme", "") or self.request.COOKIES.get("theme", "")
        known = {code for code, _name in THEMES}
        return chosen.lower() if chosen in known else "system"

    @cached_property
    def rooms(self) -> list[dict[str, Any]]:
        """The rail's entries that this person may open."""
        shown = [room for room in ROOMS if room.may_be_seen_by(self.access)]
        return [
            {
                "key": room.key,
                "url": f"{room.path}{self._carried_query}",
                "icon": room.icon,
                "label": room.label,
                "is_current": self._is_current(room.path),
                "is_last": room.key == "settings",
            }
            for room in shown
        ]

    @cached_property
    def _carried_query(self) -> str:
        params = self.request.GET.copy()
        for key in list(params):
            if key not in {"client", "site", "team", "queue", "from", "to"}:
                del params[key]
        return f"?{params.urlencode()}" if params else ""

    def _is_current(self, path: str) -> bool:
        return self.request.path == path if path == "/" else self.request.path.startswith(path)

    @property
    def scope(self) -> Any:
        """The scope that the view asked for, if it did."""
        return getattr(self.request, "page_scope", None)

    @property
    def timezone(self) -> str:
        """Zone of the times on this page."""
        scope = self.scope
        return scope.timezone if scope else timezone.get_current_timezone_name()

    @property
    def person_name(self) -> str:
        """Name in the person menu."""
        return str(self.user or "")

    @property
    def initials(self) -> str:
        """One or two letters for the person menu; a Chinese name shows its last two."""
        name = self.person_name.strip()
        if name and ord(name[0]) > 0x2E80:
            return name[-2:]
        words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def portal_url(self) -> str:
        """Where one's own shifts are, for people who are scheduled."""
        return "/portal/" if self.access.agent_id and self.access.can("portal.use") else ""

    @property
    def own_base(self) -> str:
        """The frame of pages about oneself: people who only work shifts stay in the portal."""
        only_portal = self.portal_url and not self.access.can("schedule.view")
        return "portal_base.html" if only_portal else "base.html"

    @cached_property
    def unread_notices(self) -> int:
        """Number of one's notices not read yet."""
        return Notice.objects.visible_to(self.user).unread().count()

    @property
    def languages(self) -> list[dict[str, Any]]:
        """The languages, each in its own words."""
        found = []
        for code, _label in settings.LANGUAGES:
            info = get_language_info(code)
            html_lang = "-".join(
                [code.split("-")[0], *(part.title() for part in code.split("-")[1:])]
            )
            found.append(
                {
                    "code": code,
                    "html_lang": html_lang,
                    "name": info["name_local"].capitalize(),
                    "is_current": code == get_language(),
                }
            )
        return found

    @property
    def language_name(self) -> str:
        """The active language in its own words."""
        return next((item["name"] for item in self.languages if item["is_current"]), "")

    @property
    def themes(self) -> list[dict[str, Any]]:
        """The themes, with the chosen one marked."""
        return [
            {"code": code, "name": name, "is_current": code.lower() == self.theme}
            for code, name in THEMES
        ]

    @property
    def may_see_jobs(self) -> bool:
        """The person starts or watches jobs."""
        return self.access.is_internal and self.access.can("job.view")

    @cached_property
    def _jobs(self) -> dict[str, Any]:
        if not self.may_see_jobs:
            return {"count": 0, "share": 0.0}
        return (
            Job.objects.visible_to(self.user)
            .unfinished()
            .aggregate(count=Count("pk"), share=Avg("progress"))
        )

    @property
    def jobs_running(self) -> int:
        """Number of jobs that wait or run."""
        return int(self._jobs["count"])

    @property
    def jobs_share(self) -> float:
        """Their mean progress, 0-1."""
        return float(self._jobs["share"] or 0)
