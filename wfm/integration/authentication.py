"""Who an API request comes from: the bearer of an API key."""

from __future__ import annotations

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from wfm.integration.models import ApiKey
from wfm.integration.services import ApiKeyRefused, authenticate_key
from wfm.org.tenancy import set_tenant

SCHEME = "Bearer"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer wfm_…`; sets the key's tenant for the request's transaction."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        """Return the key as principal, or None when the request carries no such header."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send the key as 'Authorization: Bearer wfm_…'."))
        try:
            key = authenticate_key(text=parts[1].decode(errors="replace"), at=now())
        except ApiKeyRefused as error:
            raise AuthenticationFailed(str(error)) from error
        set_tenant(key.access)
        return key, key

    def authenticate_header(self, request: Request) -> str:
        """Say how to authenticate; without it DRF would answer 403 instead of 401."""
        return SCHEME
