"""The forms of news, policies and links to knowledge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from wfm.integration.models import Audience, KnowledgeLink, NewsEntry, NewsKind
from wfm.integration.queries.news import shown_version
from wfm.integration.services.news import NewsInput
from wfm.org.models import ActivityCode, Queue, Site, Team, User

_MOMENT = "%Y-%m-%dT%H:%M"
_NOBODY = "–"


def _moment(**kwargs: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"})
    return forms.DateTimeField(widget=widget, **kwargs)


class NewsForm(forms.Form):
    """The words of an entry, for whom, and how long."""

    kind = forms.ChoiceField(label=_("Kind"), choices=NewsKind.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(
        label=_("Text"), widget=forms.Textarea(attrs={"rows": 8}), required=False, max_length=20_000
    )
    audience = forms.ChoiceField(label=_("For"), choices=Audience.choices)
    site = forms.ModelChoiceField(
        Site.objects.none(), label=_("Site"), required=False, empty_label=_NOBODY
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_NOBODY
    )
    queue = forms.ModelChoiceField(
        Queue.objects.none(), label=_("Queue"), required=False, empty_label=_NOBODY
    )
    starts_at = _moment(label=_("Shown from"))
    ends_at = _moment(
        label=_("Shown until"), required=False, help_text=_("Empty: until it is withdrawn.")
    )
    needs_acknowledgement = forms.BooleanField(
        label=_("Each reader must acknowledge that they have read it"), required=False
    )
    link_title = forms.CharField(label=_("Title of a link to more"), max_length=200, required=False)
    link_url = forms.URLField(
        label=_("Address of the link"), max_length=500, required=False, assume_scheme="https"
    )
    asks_again = forms.BooleanField(
        label=_("Changed words ask everybody again"),
        required=False,
        initial=True,
        help_text=_("Off for a mended typing error."),
    )

    def __init__(self, *args: Any, person: User, entry: NewsEntry | None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(entry)
        super().__init__(*args, **kwargs)
        if entry is None:
            del self.fields["asks_again"]
        for name, model in (("site", Site), ("team", Team), ("queue", Queue)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            rows = model.objects.visible_to(person)
            field.queryset = rows.filter(is_active=True).order_by("name")

    def wanted(self) -> NewsInput:
        """Return what was typed."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "asks_again"}
        return NewsInput(**data)


def _initial(entry: NewsEntry | None) -> dict[str, Any]:
    if entry is None:
        return {"starts_at": localtime(now()).replace(second=0, microsecond=0)}
    version = shown_version(entry)
    fields = (
        *("kind", "audience", "site", "team", "queue", "starts_at", "ends_at"),
        "needs_acknowledgement",
    )
    words = ("title", "body", "link_title", "link_url")
    return {
        **{name: getattr(entry, name) for name in fields},
        **{name: getattr(version, name) for name in words},
        "asks_again": True,
    }


class KnowledgeLinkForm(forms.Form):
    """A link and what it helps at."""

    title = forms.CharField(label=_("Title"), max_length=200)
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    activity_code = forms.ModelChoiceField(
        ActivityCode.objects.none(), label=_("Activity"), required=False, empty_label=_NOBODY
    )
    queue = forms.ModelChoiceField(
        Queue.objects.none(), label=_("Queue"), required=False, empty_label=_NOBODY
    )
    place = forms.IntegerField(label=_("Place in the list"), min_value=1, max_value=999, initial=1)

    def __init__(self, *args: Any, person: User, link: KnowledgeLink | None, **kwargs: Any) -> None:
        if link is not None:
            names = ("title", "url", "activity_code", "queue", "place")
            kwargs["initial"] = {name: getattr(link, name) for name in names}
        super().__init__(*args, **kwargs)
        codes, queues = self.fields["activity_code"], self.fields["queue"]
        assert isinstance(codes, forms.ModelChoiceField)
        assert isinstance(queues, forms.ModelChoiceField)
        codes.queryset = ActivityCode.objects.filter(is_active=True).order_by("name")
        queues.queryset = Queue.objects.visible_to(person).active().order_by("name")
