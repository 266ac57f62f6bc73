"""Tells OpenAPI how to authenticate. Imported when the app is ready."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer wfm_…`."""

    target_class = "wfm.integration.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the key."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "wfm_<prefix>_<secret>",
            "description": "An API key, made under Settings → API keys and shown once.",
        }
