"""Webhook endpoints and what is delivered to them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, client_filter
from wfm.org.models.base import audited


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Endpoints."""

    def visible_to(self, principal: object) -> "WebhookEndpointQuerySet":
        """Return the endpoints of clients in scope for those who may see webhooks."""
        access = access_of(principal)
        if not access.is_internal or not access.can("webhook.view"):
            return self.none()
        return self.filter(client_filter(principal))

    def working(self) -> "WebhookEndpointQuerySet":
        """Return those that are switched on."""
        return self.filter(disabled_at=None)


@audited(
    exclude=[
        *("secret_seed", "secret_sha256", "previous_secret_seed", "position", "change_id"),
        *("lease_until", "lease_token", "failures_in_a_row", "failing_since", "resting_until"),
    ]
)
class WebhookEndpoint(models.Model):
    """Where changes are posted. The secret itself is not stored; see `sending.signing`."""

    name = models.CharField(_("name"), max_length=120)
    client = models.ForeignKey(
        "org.Client",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="webhook_endpoints",
        verbose_name=_("client"),
    )
    url = models.CharField(_("address"), max_length=500)
    kinds = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("kinds of change")
    )
    owner = models.ForeignKey(
        "org.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    created_at = models.DateTimeField(_("created"))
    secret_seed = models.CharField(max_length=64)
    secret_sha256 = models.CharField(max_length=64)
    previous_secret_seed = models.CharField(max_length=64, blank=True)
    previous_valid_until = models.DateTimeField(_("old secret valid until"), null=True, blank=True)
    position = models.BigIntegerField(default=0)
    change_id = models.BigIntegerField(default=0)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    disabled_reason = models.CharField(_("why"), max_length=300, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    resting_until = models.DateTimeField(_("resting until"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveIntegerField(default=0)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "name"],
                nulls_distinct=False,
                name="integration_webhookendpoint_name_once",
                violation_error_message=_("There is a webhook of that name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryStatus(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "PENDING", _("waiting")
    DELIVERED = "DELIVERED", _("delivered")
    DEAD = "DEAD", _("given up")


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Deliveries."""

    def visible_to(self, principal: object) -> "WebhookDeliveryQuerySet":
        """Return those of endpoints that the principal sees."""
        return self.filter(endpoint__in=WebhookEndpoint.objects.visible_to(principal))

    def pending(self) -> "WebhookDeliveryQuerySet":
        """Return those that have not arrived and are still tried."""
        return self.filter(status=DeliveryStatus.PENDING)

    def due(self, *, at: datetime) -> "WebhookDeliveryQuerySet":
        """Return those to be tried now: none may overtake an earlier one of the same thing."""
        earlier = WebhookDelivery.objects.pending().filter(
            endpoint=OuterRef("endpoint"),
            key=OuterRef("key"),
            pk__lt=OuterRef("pk"),
            next_attempt_at__gt=at,
        )
        return self.pending().filter(~Exists(earlier), next_attempt_at__lte=at)


class WebhookDelivery(models.Model):
    """One message for one endpoint, kept as it is sent. `message_id` stays the same at retries."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    change_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.CharField(_("message"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("thing"), max_length=120)
    body = models.TextField(_("content"))
    status = models.CharField(
        _("status"), max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"))
    next_attempt_at = models.DateTimeField(_("next attempt"))
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    error = models.CharField(_("fault"), max_length=300, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "change_id"], name="integration_webhookdelivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(status="PENDING"),
                name="integration_delivery_due",
            ),
            models.Index(
                fields=["endpoint", "key", "id"],
                condition=Q(status="PENDING"),
                name="integration_delivery_in_order",
            ),
            models.Index(fields=["endpoint", "-id"], name="integration_delivery_recent"),
        ]

    def __str__(self) -> str:
        return self.message_id
