"""Forms about people and roles."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext_lazy as _

from wfm.org.access import ACTION_LABELS, OBJECT_LABELS, PERMISSION_ACTIONS
from wfm.org.models import Agent, Client, Role, Team, User


class InvitationForm(forms.Form):
    """Whom to invite, as what, and for which part of the work."""

    email = forms.EmailField(label=_("E-mail address"))
    display_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    role = forms.ModelChoiceField(Role.objects.none(), label=_("Role"))
    client = forms.ModelChoiceField(
        Client.objects.none(),
        label=_("Client"),
        required=False,
        empty_label=_("All clients"),
        help_text=_("Needed for a client's people."),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("All teams")
    )
    agent = forms.ModelChoiceField(
        Agent.objects.none(),
        label=_("Agent"),
        required=False,
        empty_label=_("Is not scheduled"),
        help_text=_("Only for people who work shifts: whose shifts the portal shows."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.visible_to(person).active().filter(user=None).order_by("sort_key")
        querysets = {
            "role": Role.objects.visible_to(person).order_by("name"),
            "client": Client.objects.visible_to(person).filter(is_active=True).order_by("name"),
            "team": Team.objects.visible_to(person).filter(is_active=True).order_by("name"),
            "agent": agents,
        }
        for name, queryset in querysets.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset


class AcceptInvitationForm(forms.Form):
    """Name and password of the new account."""

    display_name = forms.CharField(label=_("Your name"), max_length=120)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password_again(self) -> str:
        """Refuse two different passwords."""
        again = str(self.cleaned_data["password_again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ."))
        return again


class RoleForm(forms.Form):
    """A role's name, whom it is for, and its permissions."""

    name = forms.CharField(label=_("Name"), max_length=80)
    is_internal = forms.BooleanField(
        label=_("For our own people"),
        required=False,
        help_text=_("Off for a client's people: they never see agents."),
    )
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"),
        required=False,
        choices=[
            (f"{name}.{action}", f"{OBJECT_LABELS[name]}: {ACTION_LABELS[action]}")
            for name, actions in PERMISSION_ACTIONS.items()
            for action in actions
        ],
    )
