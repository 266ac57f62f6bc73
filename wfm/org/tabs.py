"""The tabs of the settings pages that a person may open."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of

TABS = (
    ("settings", _("Set-up"), ""),
    ("clients", _("Clients and queues"), "org.view"),
    ("people", _("People"), "people.view"),
    ("roles", _("Roles"), "role.view"),
    ("api-keys", _("API keys"), "apikey.view"),
    ("webhooks", _("Webhooks"), "webhook.view"),
    ("news-entries", _("News and policies"), "news.edit"),
    ("knowledge-links", _("Links to knowledge"), "news.edit"),
)


def settings_tabs(request: HttpRequest, current: str) -> dict[str, list[dict[str, Any]]]:
    """Return the context of org/_settings_tabs.html."""
    access = access_of(request.user)
    return {
        "settings_tabs": [
            {"url": reverse(name), "label": label, "is_current": name == current}
            for name, label, permission in TABS
            if not permission or access.can(permission)
        ]
    }
