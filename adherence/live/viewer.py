"""Who watches: the session of the request, and the agents that the person may see."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from adherence.models import AgentLive
from wfm.org.access import access_of
from wfm.org.tenancy import system_tenant, tenant

PERMISSION = "adherence.view"


@dataclass(frozen=True)
class Viewer:
    """A person who may watch, and whose rows they are sent."""

    session_key: str
    agent_ids: frozenset[int]


def session_key_of(cookie_header: str) -> str:
    """The session's key from a Cookie header, or nothing."""
    try:
        morsel = SimpleCookie(cookie_header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def find_viewer(session_key: str) -> Viewer | None:
    """The person of a session, with the agents they may see; None for anyone else.

    The same checks as a page: the session must be alive and belong to the present password.
    """
    if not session_key:
        return None
    engine = import_module(settings.SESSION_ENGINE)
    request = HttpRequest()
    with system_tenant():
        request.session = engine.SessionStore(session_key)
        access = access_of(get_user(request))
    if not access.is_internal or not access.can(PERMISSION):
        return None
    with tenant(access):
        ids = AgentLive.objects.visible_to(access).values_list("agent_id", flat=True)
        return Viewer(session_key=session_key, agent_ids=frozenset(ids))
