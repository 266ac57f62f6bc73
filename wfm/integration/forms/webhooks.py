"""The form of a webhook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wfm.integration.kinds import KIND_FAMILIES
from wfm.integration.models import WebhookEndpoint
from wfm.integration.services.webhooks import EndpointInput
from wfm.org.models import Client, User


class WebhookForm(forms.Form):
    """Who listens, where, and to what."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Which system listens, and for whom.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Messages are posted here. It must answer with 2xx within 15 seconds."),
    )
    client = forms.ModelChoiceField(
        Client.objects.none(),
        label=_("Client"),
        required=False,
        empty_label=_("None: one of our own systems"),
        help_text=_("A client's webhook is told of that client's changes and nothing else."),
    )
    families = forms.MultipleChoiceField(
        label=_("What it is told"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: everything."),
    )

    def __init__(
        self, *args: Any, person: User, endpoint: WebhookEndpoint | None, **kwargs: Any
    ) -> None:
        if endpoint is not None:
            kwargs["initial"] = {
                "name": endpoint.name,
                "url": endpoint.url,
                "families": endpoint.kinds,
            }
        super().__init__(*args, **kwargs)
        self.endpoint = endpoint
        choices = [(f"{family}.*", label) for family, label in KIND_FAMILIES]
        known = {value for value, _label in choices}
        single = [kind for kind in (endpoint.kinds if endpoint else []) if kind not in known]
        families = self.fields["families"]
        assert isinstance(families, forms.MultipleChoiceField)
        families.choices = [*choices, *((kind, kind) for kind in single)]
        if endpoint is not None:
            del self.fields["client"]
            return
        clients = self.fields["client"]
        assert isinstance(clients, forms.ModelChoiceField)
        clients.queryset = Client.objects.visible_to(person).filter(is_active=True).order_by("name")

    def wanted(self) -> EndpointInput:
        """Return what was typed."""
        data = self.cleaned_data
        client = self.endpoint.client if self.endpoint else data["client"]
        return EndpointInput(
            name=data["name"], url=data["url"], kinds=tuple(data["families"]), client=client
        )

    def add_error(self, field: str | None, error: Any) -> None:
        """Put what the service says of `kinds` beside the field that shows them."""
        super().add_error("families" if field == "kinds" else field, error)
