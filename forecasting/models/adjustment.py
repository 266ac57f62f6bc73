"""What a planner knows that the history does not: special days and overrides."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from wfm.org.models import Queue
from wfm.org.models.base import audited


class SpecialDayKind(models.TextChoices):
    """How a special day counts."""

    EXCLUDE = "EXCLUDE", _("left out of the history")
    CLOSED = "CLOSED", _("closed")
    SCALED = "SCALED", _("share of a usual day")


@audited()
class SpecialDay(models.Model):
    """A local date whose history is left out, that is closed, or that is a share of usual."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="special_days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=SpecialDayKind)
    factor = models.FloatField(_("share of a usual day"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=120)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [
            models.UniqueConstraint(fields=["queue", "date"], name="forecasting_specialday_once"),
            models.CheckConstraint(
                condition=~Q(kind="SCALED") | Q(factor__gte=0),
                name="forecasting_specialday_scaled_has_factor",
                violation_error_message=_("A scaled day needs its share: 1 is a usual day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class OverrideComponent(models.TextChoices):
    """What an override changes."""

    VOLUME = "VOLUME", _("contacts per interval")
    LEVEL = "LEVEL", _("level: contacts a day")
    WEEKDAY = "WEEKDAY", _("weekday factor")
    PROFILE = "PROFILE", _("share of the day")
    SPECIAL = "SPECIAL", _("holiday or special day factor")
    DRIVER = "DRIVER", _("driver factor")


class OverrideKind(models.TextChoices):
    """How an override changes it."""

    ADD = "ADD", _("add")
    SCALE = "SCALE", _("multiply by")
    SET = "SET", _("set to")


@audited()
class Override(models.Model):
    """A planner's change of the forecast of a stretch of time, with the reason. Undo keeps it."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="forecast_overrides")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    component = models.CharField(
        _("component"),
        max_length=8,
        choices=OverrideComponent,
        default=OverrideComponent.VOLUME,
    )
    kind = models.CharField(_("kind"), max_length=6, choices=OverrideKind)
    value = models.FloatField(_("value"))
    reason = models.CharField(_("reason"), max_length=300)
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(_("undone"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="forecasting_override_ends_after_start",
                violation_error_message=_("The override must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(kind="ADD") | Q(value__gte=0),
                name="forecasting_override_not_negative",
                violation_error_message=_("A factor or a volume cannot be negative."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="ADD") | Q(component__in=["VOLUME", "LEVEL"]),
                name="forecasting_override_adds_contacts_only",
                violation_error_message=_(
                    "A factor or a share can be multiplied or set, not added to."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(kind="SET", component="PROFILE") | Q(value__lte=1),
                name="forecasting_override_share_up_to_one",
                violation_error_message=_("A share of the day is at most 1: the whole day."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="forecasting_override_has_reason"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.queue} {self.get_component_display()}: {self.get_kind_display()} "
            f"{self.value:g}: {self.reason}"
        )
