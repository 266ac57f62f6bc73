"""How a source that cannot send our header shows who it is: a secret in its address, a signature."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from adherence.core.connectors.form_body import twilio_signature
from adherence.models import Connector
from adherence.services.connectors.setup import secret_hash
from wfm.integration.authentication import ApiKeyAuthentication
from wfm.integration.models import ApiKey
from wfm.integration.services import ApiKeyRefused, authenticate_key
from wfm.org.tenancy import set_tenant, system_tenant

SECRET = "secret"  # noqa: S105 - the parameter's name
SIGNATURE = "X-Twilio-Signature"
FIREHOSE_KEY = "X-Amz-Firehose-Access-Key"
_PORTS = {"http": 80, "https": 443}


class ConnectorAuthentication(ApiKeyAuthentication):
    """`?secret=…`, the access key of Firehose, or Twilio's signature; else an API key as always.

    A secret and a signature open their own connector only. A connector with a signing token takes
    nothing by its secret that is not signed as well.
    """

    def authenticate(self, request: Request) -> tuple[ApiKey | Connector, object] | None:  # type: ignore[override]
        """Return the connector, or the key, as principal; None when the request shows nothing."""
        shown = request.query_params.get(SECRET, "") or request.headers.get(FIREHOSE_KEY, "")
        signature = request.headers.get(SIGNATURE, "")
        if shown.startswith("wfm_"):
            return self._by_key(shown)
        if not shown and not signature:
            return super().authenticate(request)
        with system_tenant():
            source = request.parser_context["kwargs"]["source"]
            connector = Connector.objects.select_related("feed").filter(source=source).first()
        if connector is None or not _is_shown(connector, request, shown, signature):
            raise AuthenticationFailed(
                _("The secret or signature is not valid for this connector.")
            )
        set_tenant(connector.access)
        return connector, connector

    def _by_key(self, text: str) -> tuple[ApiKey, ApiKey]:
        try:
            key = authenticate_key(text=text, at=now())
        except ApiKeyRefused as error:
            raise AuthenticationFailed(str(error)) from error
        set_tenant(key.access)
        return key, key


class ConnectorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`?secret=…`, for the OpenAPI document."""

    target_class = "adherence.api.connector_auth.ConnectorAuthentication"
    name = "connectorSecret"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the secret."""
        return {
            "type": "apiKey",
            "in": "query",
            "name": SECRET,
            "description": "The secret of a connector, made on its page and shown once.",
        }


def _is_shown(connector: Connector, request: Request, shown: str, signature: str) -> bool:
    if shown and not hmac.compare_digest(connector.secret_sha256, secret_hash(shown)):
        return False
    if connector.signing_token:
        return _is_signed(request, connector.signing_token, signature)
    return bool(shown)


def _is_signed(request: Request, token: str, signature: str) -> bool:
    """Whether Twilio has signed this request. It signs the address with or without the port."""
    http = request._request  # noqa: SLF001 - DRF's documented way to Django's request
    is_form = http.content_type == "application/x-www-form-urlencoded"
    if not is_form and request.query_params.get("bodySHA256", "") != _body_hash(http.body):
        return False
    wanted = [
        twilio_signature(url=url, body=http.body, is_form=is_form, token=token)
        for url in _spellings(http.build_absolute_uri())
    ]
    # All are compared, so that the time tells nothing.
    return any([hmac.compare_digest(text, signature) for text in wanted])  # noqa: C419 - see above


def _body_hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _spellings(url: str) -> list[str]:
    """The address as we see it, with and without its scheme's usual port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    bare = host if port == _PORTS[parts.scheme] else f"{host}:{port}"
    return [
        urlunsplit(parts._replace(netloc=netloc))
        for netloc in dict.fromkeys([parts.netloc, bare, f"{host}:{port}"])
    ]
