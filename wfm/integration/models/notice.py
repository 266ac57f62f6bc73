"""Notices to people, and how each wants to hear of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MINUTES_PER_DAY = 1440


class MailState(models.TextChoices):
    """Where the e-mail about a notice stands."""

    NONE = "NONE", _("no e-mail")
    PENDING = "PENDING", _("waiting")
    SENT = "SENT", _("sent")
    FAILED = "FAILED", _("failed")


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices."""

    def visible_to(self, principal: object) -> "NoticeQuerySet":
        """Return one's own, as far as one wants them on the page; a key has none."""
        is_person = isinstance(principal, models.Model) and principal._meta.model_name == "user"  # noqa: SLF001 - Django's documented name
        return self.filter(user=principal.pk, on_page=True) if is_person else self.none()  # type: ignore[attr-defined]

    def unread(self) -> "NoticeQuerySet":
        """Return those not read yet."""
        return self.filter(read_at=None)


class Notice(models.Model):
    """One sentence to one person. Written by `services.notify` only.

    `due_at` is when e-mail and webhook may have it, after quiet hours; and, once an e-mail is
    being sent, when it is tried again should that fail or the worker stop.
    """

    user = models.ForeignKey("org.User", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(_("kind"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(_("page"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    on_page = models.BooleanField(_("on the page"), default=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mail_state = models.CharField(
        _("e-mail"), max_length=8, choices=MailState, default=MailState.NONE
    )
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    webhook_is_due = models.BooleanField(default=False)
    due_at = models.DateTimeField(_("sent outside from"))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["user"],
                condition=Q(read_at=None, on_page=True),
                name="integration_notice_unread",
            ),
            models.Index(fields=["user", "-id"], name="integration_notice_recent"),
            models.Index(
                fields=["due_at"],
                condition=Q(mail_state="PENDING") | Q(webhook_is_due=True),
                name="integration_notice_due",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class NoticeChoice(models.Model):
    """Where a person wants to hear of one family of notices; without a row the family's default."""

    user = models.ForeignKey("org.User", on_delete=models.CASCADE, related_name="notice_choices")
    family = models.CharField(_("about"), max_length=30)
    on_page = models.BooleanField(_("on the page"))
    by_email = models.BooleanField(_("by e-mail"))
    by_webhook = models.BooleanField(_("by webhook"))

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [
            models.UniqueConstraint(fields=["user", "family"], name="integration_noticechoice_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.family}"


class QuietHours(models.Model):
    """The minutes of the day, on the person's own clock, in which nothing is sent to them."""

    user = models.OneToOneField("org.User", on_delete=models.CASCADE, related_name="quiet_hours")
    from_minute = models.PositiveSmallIntegerField(_("from, minute of the day"))
    until_minute = models.PositiveSmallIntegerField(_("until, minute of the day"))

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=MINUTES_PER_DAY, until_minute__lt=MINUTES_PER_DAY)
                & ~Q(from_minute=models.F("until_minute")),
                name="integration_quiethours_in_the_day",
                violation_error_message=_("Quiet hours begin and end at different times."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.from_minute}-{self.until_minute}"
