"""The form of a new API key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wfm.integration.services import CLIENT_SCOPES
from wfm.org.access import ACTION_LABELS, ALL_PERMISSIONS, OBJECT_LABELS, access_of
from wfm.org.models import Client, User


def scope_label(scope: str) -> str:
    """Return `Service levels: view` for `sla.view`."""
    name, _dot, action = scope.partition(".")
    return f"{OBJECT_LABELS[name]}: {ACTION_LABELS[action]}"


class ApiKeyForm(forms.Form):
    """Who gets the key and what it opens."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Which system will use it, and where.")
    )
    client = forms.ModelChoiceField(
        Client.objects.none(),
        label=_("Client"),
        required=False,
        empty_label=_("None: one of our own systems"),
        help_text=_("A client's key sees that client's service levels and nothing else."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), widget=forms.CheckboxSelectMultiple
    )
    requests_per_minute = forms.IntegerField(
        label=_("Requests a minute, at most"), min_value=1, max_value=100_000, initial=600
    )
    expires_at = forms.DateTimeField(
        label=_("Expires"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        help_text=_("Empty: until it is revoked."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        access = access_of(person)
        clients = self.fields["client"]
        assert isinstance(clients, forms.ModelChoiceField)
        clients.queryset = Client.objects.visible_to(person).filter(is_active=True).order_by("name")
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        held = sorted(ALL_PERMISSIONS & access.permissions - {"portal.use"})
        scopes.choices = [(name, scope_label(name)) for name in held]
        scopes.initial = sorted(CLIENT_SCOPES & access.permissions)
