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
