"""Writes: create, use and revoke API keys."""

from wfm.integration.services.keys import (
    CLIENT_SCOPES,
    ApiKeyRefused,
    NewApiKey,
    UnableToCreateApiKey,
    authenticate_key,
    create_api_key,
    revoke_api_key,
)

__all__ = [
    "CLIENT_SCOPES",
    "ApiKeyRefused",
    "NewApiKey",
    "UnableToCreateApiKey",
    "authenticate_key",
    "create_api_key",
    "revoke_api_key",
]
