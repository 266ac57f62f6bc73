"""Who may do what, and to which rows. The same answer for a person and for an API key."""

from dataclasses import dataclass, field
from typing import Protocol

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# Permissions are "<object>.<action>". A role is a set of them; nothing else decides.
PERMISSION_ACTIONS: dict[str, tuple[str, ...]] = {
    "org": ("view", "edit"),
    "people": ("view", "edit", "invite"),
    "role": ("view", "edit"),
    "audit": ("view",),
    "history": ("view", "import", "edit"),
    "forecast": ("view", "run", "override", "publish"),
    "staffing": ("view", "run", "edit", "publish"),
    "schedule": ("view", "run", "edit", "publish"),
    "timeoff": ("view", "request", "approve"),
    "adherence": ("view", "approve", "edit"),
    "event": ("ingest",),
    "note": ("view", "edit"),
    "intraday": ("view", "act", "edit"),
    "request": ("make", "decide"),
    "notice": ("send",),
    "news": ("edit",),
    "webhook": ("view", "edit"),
    "sla": ("view", "run"),
    "metric": ("view",),
    "cost": ("view",),
    "job": ("view", "cancel"),
    "apikey": ("view", "edit"),
    "portal": ("use",),
}
OBJECT_LABELS = {
    "org": _("Organisation"),
    "people": _("People"),
    "role": _("Roles"),
    "audit": _("Audit"),
    "history": _("History"),
    "forecast": _("Forecast"),
    "staffing": _("Staffing"),
    "schedule": _("Schedule"),
    "timeoff": _("Time off"),
    "adherence": _("Adherence"),
    "event": _("Activity events"),
    "note": _("Notes on adherence"),
    "intraday": _("The day in hand"),
    "request": _("Swaps, bids and availability"),
    "notice": _("Messages to people"),
    "news": _("News and policies"),
    "webhook": _("Webhooks"),
    "sla": _("Service levels"),
    "metric": _("Metric definitions"),
    "cost": _("Costs"),
    "job": _("Jobs"),
    "apikey": _("API keys"),
    "portal": _("Agent portal"),
}
ACTION_LABELS = {
    "view": _("view"),
    "edit": _("edit"),
    "invite": _("invite"),
    "import": _("import"),
    "run": _("run"),
    "override": _("override"),
    "publish": _("publish"),
    "request": _("request"),
    "approve": _("approve"),
    "ingest": _("send"),
    "cancel": _("cancel"),
    "use": _("use"),
    "act": _("act"),
    "make": _("make"),
    "decide": _("decide"),
    "send": _("send"),
}
ALL_PERMISSIONS = frozenset(
    f"{name}.{action}" for name, actions in PERMISSION_ACTIONS.items() for action in actions
)


@dataclass(frozen=True)
class BuiltinRole:
    """A role that every installation has."""

    key: str
    name: str
    is_internal: bool
    permissions: frozenset[str]


def _views(*objects: str) -> frozenset[str]:
    return frozenset(f"{name}.view" for name in objects)


BUILTIN_ROLES = (
    BuiltinRole("admin", "Administrator", is_internal=True, permissions=ALL_PERMISSIONS),
    BuiltinRole(
        "planner",
        "Planner",
        is_internal=True,
        permissions=ALL_PERMISSIONS
        - {
            "role.edit",
            "apikey.edit",
            "org.edit",
            "portal.use",
            "event.ingest",
            "request.make",
            "webhook.edit",
        },
    ),
    BuiltinRole(
        "team_lead",
        "Team lead",
        is_internal=True,
        permissions=_views(
            "org",
            "people",
            "schedule",
            "timeoff",
            "adherence",
            "note",
            "intraday",
            "sla",
            "metric",
            "job",
        )
        | {
            "adherence.approve",
            "timeoff.approve",
            "note.edit",
            "intraday.act",
            "request.decide",
            "notice.send",
        },
    ),
    BuiltinRole(
        "agent",
        "Agent",
        is_internal=True,
        permissions=frozenset({"portal.use", "timeoff.request", "request.make", "metric.view"}),
    ),
    BuiltinRole(
        "client", "Client", is_internal=False, permissions=frozenset({"sla.view", "metric.view"})
    ),
    BuiltinRole(
        "finance",
        "Finance (read only)",
        is_internal=True,
        permissions=_views("org", "forecast", "staffing", "schedule", "sla", "metric", "cost"),
    ),
    BuiltinRole(
        "hr",
        "HR (read only)",
        is_internal=True,
        permissions=_views("org", "people", "schedule", "timeoff", "adherence", "metric"),
    ),
)


@dataclass(frozen=True)
class Access:
    """What a principal may do and see.

    `client_ids` and `team_ids` are None when there is no limit. A principal that is not internal
    (a client's person or key) never sees people, whatever the permissions say.
    """

    permissions: frozenset[str] = frozenset()
    is_internal: bool = False
    client_ids: frozenset[int] | None = field(default_factory=frozenset)
    team_ids: frozenset[int] | None = field(default_factory=frozenset)
    agent_id: int | None = None

    def can(self, permission: str) -> bool:
        """Tell whether the permission is held; an unknown name is a programming error."""
        if permission not in ALL_PERMISSIONS:
            msg = f"Unknown permission {permission!r}. Known: {', '.join(sorted(ALL_PERMISSIONS))}."
            raise ValueError(msg)
        return permission in self.permissions


NOBODY = Access()
SYSTEM = Access(permissions=ALL_PERMISSIONS, is_internal=True, client_ids=None, team_ids=None)


class Principal(Protocol):
    """A person or an API key."""

    @property
    def access(self) -> Access:
        """What it may do and see."""
        ...


def access_of(principal: object) -> Access:
    """Return the principal's access; an anonymous visitor has none."""
    if isinstance(principal, Access):
        return principal
    access = getattr(principal, "access", None)
    return access if isinstance(access, Access) else NOBODY


def client_filter(principal: object, path: str = "client") -> Q:
    """Return the filter for rows that belong to one client, `path` leading to it."""
    access = access_of(principal)
    if access.client_ids is None:
        return Q()
    return Q(**{f"{path}__in": access.client_ids})


def agent_filter(principal: object, permission: str, path: str = "") -> Q:
    """Return the filter for rows about people, `path` leading to the agent ("" = the agent).

    With the permission: agents of the teams in scope, today or later. Always: oneself.
    """
    access = access_of(principal)
    if not access.is_internal:
        return Q(pk__in=[])
    prefix = f"{path}__" if path else ""
    own = (
        Q(**{f"{prefix}pk" if path else "pk": access.agent_id}) if access.agent_id else Q(pk__in=[])
    )
    if not access.can(permission):
        return own
    if access.team_ids is None:
        return Q()
    from wfm.org.models import AgentAssignment  # noqa: PLC0415 - models import this module

    in_scope = AgentAssignment.objects.filter(team__in=access.team_ids).filter(
        Q(ends_on=None) | Q(ends_on__gt=Now())
    )
    return own | Q(**{f"{prefix}pk__in" if path else "pk__in": in_scope.values("agent")})
