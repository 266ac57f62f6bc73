"""Forms of connectors: details, a sample, what states mean."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from adherence.core.connectors.registry import Source
from adherence.models import Connector, DateOrder, StateMeaning
from adherence.services.connectors import ConnectorDetails, MappingChoice
from wfm.org.models import ActivityCode

MAX_SAMPLE_BYTES = 500_000
MOST_STATES = 200
COLUMN = "column_"
ROLE_LABELS = {
    "agent": _("Column of the agent"),
    "date": _("Column of the date"),
    "time": _("Column of the time"),
    "offset": _("Column of the offset"),
    "state": _("Column of the state"),
    "reason": _("Column of the reason"),
    "channel": _("Column of the channel"),
    "sequence": _("Column of the order within a moment"),
    "uid": _("Column of the event's own id"),
}


class DetailsForm(forms.Form):
    """What a person says of a connector."""

    name = forms.CharField(label=_("Name"), max_length=80)
    source = forms.SlugField(
        label=_("Source"),
        max_length=40,
        help_text=_("Short name in its address; letters, digits, hyphens. It stays."),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Of times without an offset.")
    )
    agent_field = forms.ChoiceField(label=_("The agent is named in"), required=False)
    default_channel = forms.CharField(
        label=_("Channel"),
        max_length=20,
        required=False,
        help_text=_("Of events that name none, such as voice."),
    )
    silence_limit_seconds = forms.IntegerField(
        label=_("Silent after seconds"),
        min_value=30,
        required=False,
        help_text=_("Silent for longer, its agents are shown as unknown. Empty: never."),
    )
    date_order = forms.ChoiceField(
        label=_("Order of dates"), choices=DateOrder.choices, required=False
    )
    max_delay_minutes = forms.IntegerField(
        label=_("Sent within minutes"),
        min_value=1,
        max_value=1440,
        required=False,
        help_text=_(
            "A promise of the source. It decides which hour is meant when clocks go back; empty: "
            "such times wait for you."
        ),
    )
    is_active = forms.BooleanField(label=_("Takes events"), required=False, initial=True)

    def __init__(
        self, *args: Any, reader: Source, connector: Connector | None = None, **kwargs: Any
    ) -> None:
        if connector is not None:
            kwargs.setdefault("initial", _initial(connector))
        super().__init__(*args, **kwargs)
        self._offer_zones(reader)
        if connector is not None:
            del self.fields["source"]
        else:
            del self.fields["is_active"]
        if reader.agent_fields:
            choice = self.fields["agent_field"]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = [("", reader.agent_fields[0])] + [
                (name, name) for name in reader.agent_fields[1:]
            ]
        else:
            del self.fields["agent_field"]
        if not reader.is_local:
            for name in ("timezone", "date_order", "max_delay_minutes"):
                del self.fields[name]
        for role in reader.roles:
            self.fields[f"{COLUMN}{role}"] = forms.CharField(
                label=ROLE_LABELS[role],
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": _("found by its name")}),
            )

    def _offer_zones(self, reader: Source) -> None:
        zones = self.fields["timezone"]
        assert isinstance(zones, forms.ChoiceField)
        names = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
        zones.choices = [
            ("", _("Choose a zone")),
            ("UTC", "UTC"),
            *((name, name) for name in names),
        ]
        zones.required = reader.is_local

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """Everything but the columns."""
        return [self[name] for name in self.fields if not name.startswith(COLUMN)]

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """Which columns mean what, for tables."""
        return [self[name] for name in self.fields if name.startswith(COLUMN)]

    def details(self) -> ConnectorDetails:
        """What was said, of a valid form."""
        data = self.cleaned_data
        columns = {
            name.removeprefix(COLUMN): value
            for name, value in data.items()
            if name.startswith(COLUMN) and value
        }
        return ConnectorDetails(
            name=data["name"],
            timezone=data.get("timezone", ""),
            agent_field=data.get("agent_field", ""),
            default_channel=data["default_channel"],
            columns=columns,
            date_order=data.get("date_order", ""),
            max_delay_minutes=data.get("max_delay_minutes"),
            silence_limit_seconds=data["silence_limit_seconds"],
            is_active=data.get("is_active", True),
        )


def _initial(connector: Connector) -> dict[str, Any]:
    names = ("name", "timezone", "agent_field", "default_channel", "date_order")
    found = {name: getattr(connector, name) for name in names}
    return found | {
        "max_delay_minutes": connector.max_delay_minutes,
        "is_active": connector.is_active,
        "silence_limit_seconds": connector.feed.silence_limit_seconds,
        **{f"{COLUMN}{role}": heading for role, heading in connector.columns.items()},
    }


class SampleForm(forms.Form):
    """A pasted sample, or a file."""

    sample = forms.CharField(
        label=_("Paste a message, or several"),
        required=False,
        strip=False,
        max_length=MAX_SAMPLE_BYTES,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "mono"}),
    )
    file = forms.FileField(label=_("or upload a file"), required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two, and not too much."""
        data = super().clean() or {}
        upload = data.get("file")
        if upload is not None and upload.size > MAX_SAMPLE_BYTES:
            raise forms.ValidationError(
                _("A sample may have 500 kB at most; a few hundred rows are enough.")
            )
        if upload is None and not (data.get("sample") or "").strip():
            raise forms.ValidationError(_("Paste a message or choose a file first."))
        return data

    @property
    def body(self) -> bytes:
        """The bytes that are looked at, of a valid form."""
        upload = self.cleaned_data.get("file")
        return bytes(upload.read()) if upload is not None else self.cleaned_data["sample"].encode()


def target_choices() -> list[tuple[str, Any]]:
    """What a state can be mapped to: an activity code, or one of the other meanings."""
    codes = ActivityCode.objects.filter(is_active=True).order_by("portal_position", "name")
    return [
        *((f"code:{key}", name) for key, name in codes.values_list("key", "name")),
        (StateMeaning.CLOCKED_OUT.value, StateMeaning.CLOCKED_OUT.label),
        (StateMeaning.IGNORED.value, StateMeaning.IGNORED.label),
    ]


def mapping_choices(data: QueryDict) -> list[MappingChoice]:
    """What was chosen for the states of a table of them; without a choice a state is left out."""
    codes = {code.key: code for code in ActivityCode.objects.filter(is_active=True)}
    found: dict[tuple[str, str], MappingChoice] = {}
    for place in range(MOST_STATES):
        state, target = data.get(f"state-{place}", ""), data.get(f"target-{place}", "")
        if not state or not target:
            continue
        reason = "" if data.get(f"any-{place}") else data.get(f"reason-{place}", "")
        found[state, reason] = as_choice(state=state, reason=reason, target=target, codes=codes)
    return list(found.values())


def as_choice(
    *, state: str, reason: str, target: str, codes: dict[str, ActivityCode]
) -> MappingChoice:
    """Read one choice of `target_choices`."""
    kind, _colon, key = target.partition(":")
    if kind == "code":
        return MappingChoice(state, reason, StateMeaning.ACTIVITY, codes.get(key))
    known = {StateMeaning.CLOCKED_OUT.value, StateMeaning.IGNORED.value}
    meaning = target if target in known else StateMeaning.ACTIVITY.value
    return MappingChoice(state, reason, meaning)
