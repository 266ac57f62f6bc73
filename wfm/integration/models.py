"""API keys and saved import mappings."""

from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wfm.org.access import Access, access_of, client_filter
from wfm.org.models.base import audited


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """API keys."""

    def visible_to(self, principal: object) -> "ApiKeyQuerySet":
        """Return the keys of clients in scope for those who may see keys."""
        access = access_of(principal)
        if not access.is_internal or not access.can("apikey.view"):
            return self.none()
        return self.filter(client_filter(principal))


@audited(exclude=["secret_sha256", "last_used_at"])
class ApiKey(models.Model):
    """A key of a client (or, without one, of our own systems). Only the secret's hash is kept."""

    name = models.CharField(_("name"), max_length=120)
    client = models.ForeignKey(
        "org.Client", on_delete=models.CASCADE, null=True, blank=True, related_name="api_keys"
    )
    prefix = models.CharField(_("prefix"), max_length=12, unique=True)
    secret_sha256 = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("scopes"))
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    created_by = models.ForeignKey("org.User", on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_authenticated(self) -> bool:
        """A key that got this far is known; DRF asks its principals."""
        return True

    @cached_property
    def access(self) -> Access:
        """What the key may do and see: its scopes, for its client; without a client internal."""
        internal = self.client_id is None
        return Access(
            permissions=frozenset(self.scopes),
            is_internal=internal,
            client_ids=None if internal else frozenset({self.client_id or 0}),
            team_ids=None if internal else frozenset(),
        )


class SavedImportMapping(models.Model):
    """How a source's columns are read, kept for its next file."""

    name = models.CharField(_("name"), max_length=120)
    target = models.CharField(_("target"), max_length=40)
    mapping = models.JSONField(_("mapping"), default=dict)
    created_by = models.ForeignKey("org.User", on_delete=models.SET_NULL, null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("saved import mapping")
        verbose_name_plural = _("saved import mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["target", "name"], name="integration_savedimportmapping_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


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
