"""API keys in the admin: seen and revoked there, made in the settings, where they are shown once."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from wfm.integration.models import ApiKey, SavedImportMapping


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
