"""API keys in the admin: seen and revoked there, made in the settings, where they are shown once."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from wfm.integration.models import (
    ApiKey,
    KnowledgeLink,
    NewsEntry,
    SavedImportMapping,
    WebhookDelivery,
    WebhookEndpoint,
)
from wfm.org.admin.base import ReadOnlyAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Keys; the secret is not stored, so it cannot be shown."""

    list_display = ["name", "client", "prefix", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["client", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "prefix"]
    exclude = ["secret_sha256"]
    readonly_fields = ["client", "prefix", "scopes", "created_by", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Keys are made in the settings."""
        return False


@admin.register(SavedImportMapping)
class SavedImportMappingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """How sources' columns are read."""

    list_display = ["name", "target", "updated_at"]
    list_filter = ["target"]


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Endpoints; they are made in the settings, where the secret is shown once."""

    list_display = ["name", "client", "url", "owner", "failing_since", "disabled_at"]
    list_filter = ["client", ("disabled_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "url"]
    exclude = ["secret_seed", "previous_secret_seed"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What was posted, and what came back."""

    list_display = ["message_id", "endpoint", "kind", "status", "attempts", "created_at"]
    list_filter = ["status", "endpoint"]


@admin.register(NewsEntry)
class NewsEntryAdmin(ReadOnlyAdmin):
    """News and policies; they are written in the settings."""

    list_display = ["kind", "audience", "starts_at", "ends_at", "needs_acknowledgement", "number"]
    list_filter = ["kind", "audience"]


@admin.register(KnowledgeLink)
class KnowledgeLinkAdmin(ReadOnlyAdmin):
    """Links that help at an activity or with a queue's work."""

    list_display = ["title", "url", "activity_code", "queue", "place"]
