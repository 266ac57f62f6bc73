"""Answers kept for repeated requests."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyRecordQuerySet(models.QuerySet["IdempotencyRecord"]):
    """Answers kept for repeated requests."""

    def visible_to(self, principal: object) -> "IdempotencyRecordQuerySet":
        """Return those of the principal itself; nobody reads another's."""
        return self.filter(principal=principal_name(principal))


def principal_name(principal: object) -> str:
    """Return a stable name of a person or key, such as `user:7`."""
    if not isinstance(principal, models.Model):
        msg = f"Expected a person or an API key, got {principal!r}."
        raise TypeError(msg)
    return f"{principal._meta.model_name}:{principal.pk}"  # noqa: SLF001 - Django's documented name


class IdempotencyRecord(models.Model):
    """The answer to a POST with an Idempotency-Key, kept to repeat it. See `wfm.web.api`.

    `status_code` is empty only inside the transaction that answers the first request.
    """

    principal = models.CharField(max_length=40)
    client = models.ForeignKey(
        "org.Client", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.BinaryField(default=bytes)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    objects = IdempotencyRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer kept for a repeated request")
        verbose_name_plural = _("answers kept for repeated requests")
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "key"], name="integration_idempotencyrecord_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"
