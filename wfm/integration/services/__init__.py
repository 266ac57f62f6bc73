"""Writes: create, use and revoke API keys."""

from wfm.integration.services.keys import (
    ApiKeyRefused,
    NewApiKey,
    UnableToCreateApiKey,
    authenticate_key,
    create_api_key,
    revoke_api_key,
)

__all__ = [
    "ApiKeyRefused",
    "NewApiKey",
    "UnableToCreateApiKey",
    "authenticate_key",
    "create_api_key",
    "revoke_api_key",
]
