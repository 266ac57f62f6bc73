"""Endpoints of webhooks: made, changed, given new secrets, switched off and on, tried out."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wfm.integration.kinds import unknown_kinds
from wfm.integration.models import DeliveryStatus, WebhookDelivery, WebhookEndpoint
from wfm.integration.queries.change_feed import feed_end
from wfm.integration.sending.addresses import AllowList
from wfm.integration.sending.message import delivery_body
from wfm.integration.sending.signing import fingerprint, new_seed, secret_of
from wfm.integration.sending.target import UnsafeTarget, read_target
from wfm.org.access import access_of
from wfm.org.models import Client, User

TEST_KIND = "webhook.test"
# How long the secret before a rotation still signs: a day to bring the new one in.
OLD_SECRET_HOURS = 24


class UnableToSaveWebhook(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The endpoint would be wrong; `field` names the input at fault."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class UnableToReplay(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The delivery cannot be sent again now."""


@dataclass(frozen=True, kw_only=True)
class EndpointInput:
    """What a person decides of an endpoint."""

    name: str
    url: str
    kinds: tuple[str, ...] = ()
    client: Client | None = None


@dataclass(frozen=True)
class SecretOnce:
    """An endpoint and its secret, which is shown now and never again."""

    endpoint: WebhookEndpoint
    secret: str


def allow_list() -> AllowList:
    """Return what the settings allow beside the open internet."""
    return AllowList.parse(settings.WEBHOOK_ALLOWED_HOSTS)


@transaction.atomic
def create_webhook(*, wanted: EndpointInput, owner: User | None, at: datetime) -> SecretOnce:
    """Make an endpoint that is told what changes from now on."""
    _check(wanted)
    if owner is not None:
        _check_scope(wanted.client, owner)
    seed = new_seed()
    secret = secret_of(seed)
    start = feed_end()
    endpoint = WebhookEndpoint(
        name=wanted.name.strip(),
        url=wanted.url.strip(),
        kinds=sorted(set(wanted.kinds)),
        client=wanted.client,
        owner=owner,
        created_at=at,
        secret_seed=seed,
        secret_sha256=fingerprint(secret),
        position=start.position,
        change_id=start.change_id,
    )
    _save(endpoint)
    return SecretOnce(endpoint, secret)


@transaction.atomic
def change_webhook(*, endpoint: WebhookEndpoint, wanted: EndpointInput) -> WebhookEndpoint:
    """Change name, address or kinds; the client stays, because it decides what may be told."""
    _check(wanted)
    if wanted.client != endpoint.client:
        raise UnableToSaveWebhook(
            _("The client of a webhook cannot be changed; make a new one."), field="client"
        )
    endpoint.name, endpoint.url = wanted.name.strip(), wanted.url.strip()
    endpoint.kinds = sorted(set(wanted.kinds))
    _save(endpoint, ["name", "url", "kinds"])
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, at: datetime) -> SecretOnce:
    """Give the endpoint a new secret; the old one signs beside it for a day."""
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    seed = new_seed()
    secret = secret_of(seed)
    is_known = fingerprint(secret_of(locked.secret_seed)) == locked.secret_sha256
    locked.previous_secret_seed = locked.secret_seed if is_known else ""
    locked.previous_valid_until = at + timedelta(hours=OLD_SECRET_HOURS) if is_known else None
    locked.secret_seed, locked.secret_sha256 = seed, fingerprint(secret)
    locked.save(
        update_fields=[
            *("secret_seed", "secret_sha256", "previous_secret_seed", "previous_valid_until")
        ]
    )
    return SecretOnce(locked, secret)


def disable_webhook(*, endpoint: WebhookEndpoint, reason: str, at: datetime) -> bool:
    """Switch the endpoint off; what waits stays and goes out when it is on again."""
    changed = WebhookEndpoint.objects.working().filter(pk=endpoint.pk)
    return bool(changed.update(disabled_at=at, disabled_reason=reason[:300]))


def enable_webhook(*, endpoint: WebhookEndpoint) -> None:
    """Switch the endpoint on again; it is sent what it has missed, in order."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        disabled_at=None,
        disabled_reason="",
        failing_since=None,
        failures_in_a_row=0,
        resting_until=None,
    )


@transaction.atomic
def delete_webhook(*, endpoint: WebhookEndpoint) -> None:
    """Delete the endpoint with all that was or waits to be delivered to it."""
    endpoint.delete()


def send_test(*, endpoint: WebhookEndpoint, at: datetime) -> WebhookDelivery:
    """Queue a message that tells nothing, to see whether it arrives."""
    message_id = f"msg_test_{endpoint.pk}_{secrets.token_hex(8)}"
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        message_id=message_id,
        kind=TEST_KIND,
        key=f"webhook:{endpoint.pk}",
        body=delivery_body(
            kind=TEST_KIND,
            key=f"webhook:{endpoint.pk}",
            at=at,
            change_id=None,
            payload={"webhook": endpoint.pk, "name": endpoint.name},
        ),
        created_at=at,
        next_attempt_at=at,
    )


def replay_delivery(*, delivery: WebhookDelivery, at: datetime) -> WebhookDelivery:
    """Send a delivery again, with the same id; one that still waits is tried at once."""
    if WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).exclude(disabled_at=None).exists():
        raise UnableToReplay(_("The webhook is switched off; switch it on first."))
    _again(WebhookDelivery.objects.filter(pk=delivery.pk), at)
    delivery.refresh_from_db()
    return delivery


def replay_dead(*, endpoint: WebhookEndpoint, at: datetime) -> int:
    """Send everything again that was given up; return how many."""
    if endpoint.disabled_at is not None:
        raise UnableToReplay(_("The webhook is switched off; switch it on first."))
    return _again(endpoint.deliveries.filter(status=DeliveryStatus.DEAD), at)


def _again(deliveries: object, at: datetime) -> int:
    return deliveries.update(  # type: ignore[attr-defined,no-any-return]
        status=DeliveryStatus.PENDING, attempts=0, next_attempt_at=at, delivered_at=None, error=""
    )


def _check(wanted: EndpointInput) -> None:
    if not wanted.name.strip():
        raise UnableToSaveWebhook(_("Give the webhook a name that says who listens."), field="name")
    unknown = unknown_kinds(wanted.kinds)
    if unknown:
        raise UnableToSaveWebhook(
            _("No change is of the kind %(names)s.") % {"names": ", ".join(unknown)}, field="kinds"
        )
    try:
        read_target(wanted.url.strip(), allowed=allow_list())
    except UnsafeTarget as error:
        raise UnableToSaveWebhook(str(error), field="url") from error


def _check_scope(client: Client | None, owner: User) -> None:
    access = access_of(owner)
    if access.client_ids is not None and (client is None or client.pk not in access.client_ids):
        raise UnableToSaveWebhook(
            _("You can only make webhooks for the clients in your scope."), field="client"
        )


def _save(endpoint: WebhookEndpoint, fields: Iterable[str] | None = None) -> None:
    try:
        with transaction.atomic():
            endpoint.save(update_fields=fields)
    except IntegrityError as error:
        raise UnableToSaveWebhook(
            _("There is a webhook named “%(name)s” already.") % {"name": endpoint.name},
            field="name",
        ) from error
