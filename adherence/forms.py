"""Forms of the adherence room."""

from datetime import UTC, datetime

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from wfm.org.models import Agent


class InstantField(forms.CharField):
    """An instant with offset, as scripts write it."""

    def to_python(self, value: object) -> datetime:  # type: ignore[override]
        """Parse; refuse what has no offset."""
        text = str(super().to_python(value) or "")
        try:
            parsed = parse_datetime(text)
        except ValueError:
            parsed = None
        if parsed is None or parsed.tzinfo is None:
            raise forms.ValidationError(_("Expected an instant with its offset."))
        return parsed.astimezone(UTC).replace(microsecond=0)

    def validate(self, value: object) -> None:
        """A parsed instant needs no more checks."""

    def run_validators(self, value: object) -> None:
        """A parsed instant needs no more checks."""


class ExceptionForm(forms.Form):
    """What a team lead approves."""

    agent = forms.ModelChoiceField(Agent.objects.none())
    starts_at = InstantField()
    ends_at = InstantField()
    reason = forms.CharField(max_length=300, error_messages={"required": _("Give a reason.")})

    def __init__(self, *args: object, principal: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        agents = self.fields["agent"]
        assert isinstance(agents, forms.ModelChoiceField)
        agents.queryset = Agent.objects.visible_to(principal)
