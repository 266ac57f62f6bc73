"""Connectors: how a source's own words for agents and states are read."""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from adherence.core.connectors.registry import SOURCES, Source
from adherence.core.connectors.suggest import Meaning
from adherence.models.feed import EventFeed
from wfm.org.access import Access, access_of
from wfm.org.models import ActivityCode
from wfm.org.models.base import TimeZoneField, audited


class ConnectorKind(models.TextChoices):
    """What can be connected; the names are the vendors' own."""

    AMAZON_CONNECT = "amazon-connect", "Amazon Connect"
    GENESYS_CLOUD = "genesys-cloud", "Genesys Cloud"
    AVAYA_CMS = "avaya-cms", "Avaya CMS"
    TWILIO_TASKROUTER = "twilio-taskrouter", "Twilio TaskRouter"
    CISCO_FINESSE = "cisco-finesse", "Cisco Finesse"
    CSV = "csv", _("CSV of any system")


class DateOrder(models.TextChoices):
    """In which order a source writes day, month and year."""

    FOUND_OUT = "", _("as the values show")
    YEAR_FIRST = "ymd", _("year, month, day")
    DAY_FIRST = "dmy", _("day, month, year")
    MONTH_FIRST = "mdy", _("month, day, year")


class StateMeaning(models.TextChoices):
    """What a mapped state does."""

    ACTIVITY = Meaning.ACTIVITY.value, _("is an activity")
    CLOCKED_OUT = Meaning.CLOCKED_OUT.value, _("clocks out")
    IGNORED = Meaning.IGNORED.value, _("changes nothing")


class ConnectorQuerySet(models.QuerySet["Connector"]):
    """Connectors."""

    def visible_to(self, principal: object) -> ConnectorQuerySet:
        """Return them for our own people who edit adherence."""
        access = access_of(principal)
        return self if access.is_internal and access.can("adherence.edit") else self.none()


@audited(exclude=["secret_sha256", "signing_token"])
class Connector(models.Model):
    """One source that sends its own messages; they are read by its kind and its mappings."""

    name = models.CharField(_("name"), max_length=80)
    source = models.SlugField(
        _("source"),
        max_length=40,
        unique=True,
        help_text=_("Short name in addresses and beside events; agents' keys belong to it."),
    )
    kind = models.CharField(_("system"), max_length=20, choices=ConnectorKind)
    timezone = TimeZoneField(
        _("time zone"), blank=True, default="", help_text=_("Of times without an offset.")
    )
    agent_field = models.CharField(
        _("where the agent is named"),
        max_length=80,
        blank=True,
        help_text=_("Field or column; empty: where this system usually names it."),
    )
    default_channel = models.CharField(_("channel"), max_length=20, blank=True)
    columns = models.JSONField(_("columns"), default=dict, blank=True)
    date_order = models.CharField(
        _("order of dates"), max_length=3, blank=True, choices=DateOrder, default=""
    )
    max_delay_minutes = models.PositiveIntegerField(
        _("sent within minutes"),
        null=True,
        blank=True,
        help_text=_(
            "Empty: later as well. A promise of the source; it decides which hour is meant in "
            "the night when clocks go back."
        ),
    )
    feed = models.OneToOneField(EventFeed, on_delete=models.PROTECT, related_name="connector")
    is_active = models.BooleanField(_("active"), default=True)
    secret_sha256 = models.CharField(max_length=64, blank=True, default="")
    secret_made_at = models.DateTimeField(_("secret made"), null=True, blank=True)
    signing_token = models.CharField(max_length=200, blank=True, default="")

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("connector")
        verbose_name_plural = _("connectors")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_delay_minutes=None) | Q(max_delay_minutes__range=(1, 1440)),
                name="adherence_connector_delay_sensible",
                violation_error_message=_("A source may promise 1 to 1,440 minutes."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reader(self) -> Source:
        """How bodies of this kind are read."""
        return SOURCES[self.kind]

    @property
    def is_authenticated(self) -> bool:
        """A connector is a principal where a request has shown its secret or signature."""
        return True

    @cached_property
    def access(self) -> Access:
        """What a request in its name may do: send events."""
        return Access(
            permissions=frozenset({"event.ingest"}),
            is_internal=True,
            client_ids=None,
            team_ids=frozenset(),
        )


class StateMappingQuerySet(models.QuerySet["StateMapping"]):
    """Mappings."""

    def visible_to(self, principal: object) -> StateMappingQuerySet:
        """Return them for our own people who edit adherence."""
        access = access_of(principal)
        return self if access.is_internal and access.can("adherence.edit") else self.none()


@audited()
class StateMapping(models.Model):
    """What a source's state means. Without a reason: whatever the reason, unless one is mapped."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="mappings")
    state = models.CharField(_("state"), max_length=120)
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")
    meaning = models.CharField(
        _("meaning"), max_length=12, choices=StateMeaning, default=StateMeaning.ACTIVITY
    )
    activity_code = models.ForeignKey(
        ActivityCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StateMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mapping of a state")
        verbose_name_plural = _("mappings of states")
        constraints = [
            models.UniqueConstraint(
                "connector",
                Lower("state"),
                Lower("reason"),
                name="adherence_statemapping_once",
                violation_error_message=_("This state and reason are mapped already."),
            ),
            models.CheckConstraint(
                condition=Q(meaning=StateMeaning.ACTIVITY, activity_code__isnull=False)
                | (~Q(meaning=StateMeaning.ACTIVITY) & Q(activity_code=None)),
                name="adherence_statemapping_code_with_activity",
                violation_error_message=_(
                    "An activity needs its activity code; the other meanings have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} · {self.reason}" if self.reason else self.state
