"""API keys: `wfm_<prefix>_<secret>`, the secret 256 random bits, kept only as SHA-256.

A slow password hash would cost half a second of CPU per request and protect nothing: a random
secret of 256 bits cannot be guessed from its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from wfm.integration.models import ApiKey
from wfm.org.access import ALL_PERMISSIONS, Access, access_of
from wfm.org.models import Client, User
from wfm.org.tenancy import system_tenant

KEY_FORM = re.compile(r"wfm_(?P<prefix>[a-z0-9]{8})_(?P<secret>[A-Za-z0-9_-]{43})")
PREFIX_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
PREFIX_LENGTH = 8
SECRET_BYTES = 32
# What a client's key may hold; anything else is for our own systems.
CLIENT_SCOPES = frozenset({"sla.view", "metric.view", "webhook.view"})
# Written at most this often, so that reading does not write a row per request.
LAST_USED_EVERY = timedelta(minutes=1)


class UnableToCreateApiKey(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The key would be wrong; the message says why."""


class ApiKeyRefused(ValueError):  # noqa: N818 - named for what the caller is told
    """The key does not open anything."""


@dataclass(frozen=True)
class NewApiKey:
    """A key just made. `text` is shown once and kept nowhere."""

    key: ApiKey
    text: str


def create_api_key(
    *,
    name: str,
    scopes: Iterable[str],
    client: Client | None,
    created_by: User | None,
    requests_per_minute: int = 600,
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Create a key for a client, or without one for our own systems.

    Raises UnableToCreateApiKey when a scope is unknown, not for clients, or not held by the
    person who creates the key.
    """
    wanted = sorted(set(scopes))
    _check_scopes(wanted, client=client, created_by=created_by)
    if not name.strip():
        raise UnableToCreateApiKey(_("Give the key a name that says who uses it."))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    prefix = "".join(secrets.choice(PREFIX_ALPHABET) for _index in range(PREFIX_LENGTH))
    key = ApiKey.objects.create(
        name=name.strip(),
        client=client,
        prefix=prefix,
        secret_sha256=_sha256(secret),
        scopes=wanted,
        requests_per_minute=requests_per_minute,
        created_by=created_by,
        expires_at=expires_at,
    )
    return NewApiKey(key=key, text=f"wfm_{prefix}_{secret}")


def revoke_api_key(*, key: ApiKey, at: datetime) -> None:
    """Revoke the key; from the next request on it opens nothing. Revoking twice changes nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at)
    key.refresh_from_db(fields=["revoked_at"])


def authenticate_key(*, text: str, at: datetime) -> ApiKey:
    """Return the key that `text` is; raises ApiKeyRefused when it is none, revoked or expired.

    Read as the system, because the tenant is only known once the key is.
    """
    match = KEY_FORM.fullmatch(text)
    if match is None:
        raise ApiKeyRefused(_("This is no API key; keys look like wfm_…_…."))
    with system_tenant():
        key = ApiKey.objects.select_related("client").filter(prefix=match["prefix"]).first()
        known = key.secret_sha256 if key is not None else _sha256("")
        is_right = hmac.compare_digest(known, _sha256(match["secret"]))
        if key is None or not is_right:
            raise ApiKeyRefused(_("This API key is not valid."))
        _refuse_ended(key, at=at)
        _note_use(key, at=at)
    return key


def _check_scopes(wanted: list[str], *, client: Client | None, created_by: User | None) -> None:
    unknown = [scope for scope in wanted if scope not in ALL_PERMISSIONS]
    if unknown:
        raise UnableToCreateApiKey(_("Unknown scope: %(names)s.") % {"names": ", ".join(unknown)})
    if not wanted:
        raise UnableToCreateApiKey(_("Choose at least one scope; a key without one opens nothing."))
    if client is not None and not CLIENT_SCOPES.issuperset(wanted):
        names = ", ".join(sorted(set(wanted) - CLIENT_SCOPES))
        raise UnableToCreateApiKey(_("A client's key cannot have: %(names)s.") % {"names": names})
    access = access_of(created_by) if created_by is not None else None
    if access is not None:
        _check_creator(wanted, client=client, access=access)


def _check_creator(wanted: list[str], *, client: Client | None, access: Access) -> None:
    beyond = [scope for scope in wanted if not access.can(scope)]
    if beyond:
        names = ", ".join(beyond)
        raise UnableToCreateApiKey(
            _("You do not hold these yourself: %(names)s.") % {"names": names}
        )
    if access.client_ids is not None and (client is None or client.pk not in access.client_ids):
        raise UnableToCreateApiKey(_("You can only make keys for the clients in your scope."))


def _refuse_ended(key: ApiKey, *, at: datetime) -> None:
    if key.revoked_at is not None:
        raise ApiKeyRefused(_("This API key was revoked."))
    if key.expires_at is not None and key.expires_at <= at:
        raise ApiKeyRefused(_("This API key has expired."))
    if key.client is not None and not key.client.is_active:
        raise ApiKeyRefused(_("The client of this API key is not active."))


def _note_use(key: ApiKey, *, at: datetime) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=at - LAST_USED_EVERY)
    with transaction.atomic():
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
