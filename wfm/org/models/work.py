"""Work types, queues, opening hours, goals and activity codes."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, client_filter
from wfm.org.models.base import TimeZoneField, audited
from wfm.org.models.client import Client
from wfm.org.models.people import Skill
from wfm.org.models.place import Site
from wfm.org.national import validate_codes
from wfm.org.weekdays import WEEKDAYS


class Handling(models.TextChoices):
    """How work waits."""

    LIVE = "LIVE", _("live: waits seconds")
    DEFERRED = "DEFERRED", _("deferred: waits hours or days")


class Channel(models.TextChoices):
    """Where work comes from. `wfm.org.channel_templates` gives each its usual settings."""

    VOICE = "VOICE", _("voice")
    CHAT = "CHAT", _("chat")
    EMAIL = "EMAIL", _("e-mail")
    CLAIMS = "CLAIMS", _("claims")
    BACK_OFFICE = "BACK_OFFICE", _("back office")
    COUNTER = "COUNTER", _("counter")
    SOCIAL = "SOCIAL", _("social media")


@audited()
class WorkType(models.Model):
    """A kind of work: its channel and how it is handled."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    handling = models.CharField(_("handling"), max_length=10, choices=Handling)
    contacts_abandon = models.BooleanField(_("contacts abandon"), default=False)
    concurrency = models.PositiveSmallIntegerField(_("contacts at once"), default=1)

    class Meta:
        verbose_name = _("work type")
        verbose_name_plural = _("work types")
        constraints = [
            models.CheckConstraint(
                condition=~Q(handling=Handling.DEFERRED, contacts_abandon=True),
                name="org_worktype_deferred_does_not_abandon",
                violation_error_message=_("Deferred work cannot abandon."),
            ),
            models.CheckConstraint(
                condition=Q(concurrency__gte=1), name="org_worktype_concurrency_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse to make work live whose queues' hours do not fit their intervals."""
        before = WorkType.objects.filter(pk=self.pk).first()
        if before is None or before.handling == self.handling or self.handling != Handling.LIVE:
            return
        for queue in Queue.objects.filter(work_type=self):
            _refuse_odd_hours(queue)


class QueueQuerySet(models.QuerySet["Queue"]):
    """Queues."""

    def visible_to(self, principal: object) -> "QueueQuerySet":
        """Return the queues of clients in scope."""
        return self.filter(client_filter(principal))

    def active(self) -> "QueueQuerySet":
        """Return those in use."""
        return self.filter(is_active=True)

    def live(self) -> "QueueQuerySet":
        """Return those whose work waits seconds."""
        return self.filter(work_type__handling=Handling.LIVE)

    def deferred(self) -> "QueueQuerySet":
        """Return those whose work waits hours or days."""
        return self.filter(work_type__handling=Handling.DEFERRED)


@audited()
class Queue(models.Model):
    """A stream of work with one channel, one client, one handling model."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="queues")
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="queues"
    )
    work_type = models.ForeignKey(WorkType, on_delete=models.PROTECT, related_name="queues")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="queues")
    name = models.CharField(_("name"), max_length=120)
    key = models.SlugField(_("key"), max_length=80)
    timezone = TimeZoneField(_("time zone"))
    interval_minutes = models.PositiveSmallIntegerField(
        _("interval in minutes"),
        choices=[(15, "15"), (30, "30"), (60, "60"), (1440, _("1440: a day"))],
        default=15,
    )
    default_aht_seconds = models.FloatField(_("AHT where unknown, seconds"), default=240)
    patience_seconds = models.FloatField(_("patience in seconds"), null=True, blank=True)
    min_agents = models.PositiveSmallIntegerField(_("minimum staff while open"), default=0)
    holiday_codes = models.CharField(
        _("national holidays"),
        max_length=80,
        blank=True,
        validators=[validate_codes],
        help_text=_("Countries whose holidays move its volume: GB, US-NY or DE-BY,AT."),
    )
    is_simulated = models.BooleanField(_("simulated data"), default=False)
    source_note = models.TextField(_("where the data comes from"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = QueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="org_queue_key_once"),
            models.UniqueConstraint(fields=["client", "name"], name="org_queue_name_once"),
            models.CheckConstraint(
                condition=Q(default_aht_seconds__gt=0), name="org_queue_aht_positive"
            ),
            models.CheckConstraint(
                condition=Q(patience_seconds=None) | Q(patience_seconds__gt=0),
                name="org_queue_patience_positive",
            ),
            models.CheckConstraint(
                condition=Q(interval_minutes__in=[15, 30, 60, 1440]),
                name="org_queue_interval_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse intervals, and work that becomes live, that the hours there are do not fit.

        Only where these change: odd hours of old are mended in the form that shows the queue.
        """
        before = Queue.objects.select_related("work_type").filter(pk=self.pk).first()
        if before is None or not self.work_type_id or not self.is_live:
            return
        if not before.is_live or before.interval_minutes != self.interval_minutes:
            _refuse_odd_hours(self)

    @property
    def is_live(self) -> bool:
        """Work waits seconds."""
        return self.work_type.handling == Handling.LIVE

    @property
    def contacts_abandon(self) -> bool:
        """Customers leave when they wait too long."""
        return self.work_type.contacts_abandon


class OpeningHoursQuerySet(models.QuerySet["OpeningHours"]):
    """Opening hours."""

    def visible_to(self, principal: object) -> "OpeningHoursQuerySet":
        """Return those of queues in scope."""
        return self.filter(client_filter(principal, "queue__client"))


@audited()
class OpeningHours(models.Model):
    """One open stretch of a weekday on the queue's wall clock; a night is two rows."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    opens_minute = models.PositiveSmallIntegerField(_("opens, minute of the day"))
    closes_minute = models.PositiveSmallIntegerField(_("closes, minute of the day"))

    objects = OpeningHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "weekday", "opens_minute"], name="org_openinghours_once"
            ),
            models.CheckConstraint(
                condition=Q(opens_minute__lt=F("closes_minute"))
                & Q(closes_minute__lte=1440)
                & Q(weekday__lte=6),
                name="org_openinghours_in_the_day",
                violation_error_message=_("Opening must come before closing, within one day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.weekday}: {self.opens_minute}-{self.closes_minute}"

    def clean(self) -> None:
        """Refuse a live queue's hours that begin or end inside an interval."""
        _refuse_parts_of_intervals(self)


class HolidayQuerySet(models.QuerySet["Holiday"]):
    """Holidays."""

    def visible_to(self, principal: object) -> "HolidayQuerySet":
        """Return those of queues in scope."""
        return self.filter(client_filter(principal, "queue__client"))


@audited()
class Holiday(models.Model):
    """A local date on which a queue is closed, or open at other hours."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120)
    opens_minute = models.PositiveSmallIntegerField(
        _("opens, minute of the day"), null=True, blank=True
    )
    closes_minute = models.PositiveSmallIntegerField(
        _("closes, minute of the day"), null=True, blank=True
    )

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(fields=["queue", "date"], name="org_holiday_once"),
            models.CheckConstraint(
                condition=Q(opens_minute=None, closes_minute=None)
                | Q(opens_minute__lt=F("closes_minute"), closes_minute__lte=1440),
                name="org_holiday_hours_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    def clean(self) -> None:
        """Refuse a live queue's hours that begin or end inside an interval."""
        _refuse_parts_of_intervals(self)


MINUTES = ("opens_minute", "closes_minute")


def _refuse_parts_of_intervals(hours: "OpeningHours | Holiday") -> None:
    """Live queues are forecast and staffed by whole intervals: what lies in a part of one is lost."""
    if type(hours).queue.is_cached(hours):
        # As it is typed into the same form, not as it was saved.
        queue: Queue | None = hours.queue
    else:
        queue = Queue.objects.select_related("work_type").filter(pk=hours.queue_id).first()
    if queue is None or not queue.work_type_id or not queue.is_live:
        return
    step = queue.interval_minutes
    wrong = {
        name: _(
            "%(queue)s is staffed by intervals of %(step)s minutes; choose %(before)s or %(after)s."
        )
        % {
            "queue": queue,
            "step": step,
            "before": minute // step * step,
            "after": min(1440, -(-minute // step) * step),
        }
        for name in MINUTES
        if (minute := getattr(hours, name)) is not None and minute % step
    }
    if wrong:
        raise ValidationError(wrong)


def _refuse_odd_hours(queue: Queue) -> None:
    """Refuse a live queue whose hours, as saved, begin or end inside its intervals."""
    step = queue.interval_minutes
    times = [
        *OpeningHours.objects.filter(queue=queue).values_list(*MINUTES),
        *Holiday.objects.filter(queue=queue).values_list(*MINUTES),
    ]
    odd = {minute for row in times for minute in row if minute is not None and minute % step}
    if odd:
        raise ValidationError(
            _(
                "%(queue)s opens or closes at minute %(minutes)s, inside intervals of %(step)s"
                " minutes; change its opening hours and holidays first."
            )
            % {
                "queue": queue,
                "minutes": ", ".join(str(minute) for minute in sorted(odd)),
                "step": step,
            }
        )


class StateGroup(models.TextChoices):
    """What an activity means for the work; see the glossary."""

    AVAILABLE = "AVAILABLE", _("available")
    HANDLING = "HANDLING", _("handling")
    BUSY = "BUSY", _("busy")
    AWAY = "AWAY", _("away")
    OFFLINE = "OFFLINE", _("offline")
    UNKNOWN = "UNKNOWN", _("unknown")


class ActivityCodeQuerySet(models.QuerySet["ActivityCode"]):
    """Activity codes."""

    def visible_to(self, principal: object) -> "ActivityCodeQuerySet":
        """Return them for our own people."""
        return self if access_of(principal).is_internal else self.none()

    def for_portal(self) -> "ActivityCodeQuerySet":
        """Return those with a button, in the order of the buttons."""
        return self.filter(is_active=True, portal_position__isnull=False).order_by(
            "portal_position"
        )


@audited()
class ActivityCode(models.Model):
    """What an agent declares or a schedule plans."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    letter = models.CharField(_("letter"), max_length=2)
    color = models.CharField(_("color token"), max_length=20, default="activity-1")
    state_group = models.CharField(_("state group"), max_length=12, choices=StateGroup)
    is_paid = models.BooleanField(_("paid"), default=True)
    is_work = models.BooleanField(_("work on a queue"), default=False)
    is_neutral = models.BooleanField(
        _("neutral"),
        default=False,
        help_text=_(
            "Time planned on it is left out of the formulas that know neutral time; "
            "our own adherence counts it."
        ),
    )
    tolerance_seconds = models.PositiveIntegerField(_("tolerance in seconds"), default=180)
    limit_seconds = models.PositiveIntegerField(_("too long after seconds"), null=True, blank=True)
    portal_position = models.PositiveSmallIntegerField(
        _("position in the portal"), null=True, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = ActivityCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity code")
        verbose_name_plural = _("activity codes")

    def __str__(self) -> str:
        return self.name
