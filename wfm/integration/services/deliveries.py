"""Hand changes to the endpoints and send them: at least once, in order per thing.

An endpoint is worked on by whoever holds its lease; the lease's token is the fence. A change
becomes a delivery in the transaction that moves the endpoint's cursor on, so it becomes exactly
one. A delivery is marked after its answer: a worker killed in between sends it again, with the
same id, by which the receiver knows it.
"""

from __future__ import annotations

import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from wfm.integration.models import Change, DeliveryStatus, WebhookDelivery, WebhookEndpoint
from wfm.integration.queries.change_feed import CursorTooOld, FeedCursor, FeedPage, read_changes
from wfm.integration.sending.message import delivery_body
from wfm.integration.sending.post import WHOLE_SECONDS, Answer, post
from wfm.integration.sending.signing import fingerprint, secret_of, signed_headers
from wfm.integration.services.notify import notify
from wfm.integration.services.webhooks import allow_list, disable_webhook
from wfm.org.access import SYSTEM, Access
from wfm.org.models import User
from wfm.org.tenancy import system_tenant, tenant

logger = logging.getLogger(__name__)
# After the first try; about three days in all. Each wait is up to a fifth shorter or longer, so
# that endpoints which failed together do not come back together.
RETRY_SECONDS = (5, 60, 300, 1800, 7200, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
JITTER = 0.2
MAX_RETRY_AFTER_SECONDS = 24 * 3600
# An endpoint that does not answer rests, so that what waits for it does not use up its tries.
REST_SECONDS = (0, 5, 15, 60, 300, 900)
LEASE_SECONDS = WHOLE_SECONDS + 45
ROUND_SECONDS = 20.0
ENDPOINTS_AT_ONCE = 8
CHANGES_PER_STEP = 500
DELIVERIES_PER_STEP = 100
GONE = 410


def deliver_webhooks(*, at: datetime) -> int:
    """Work on each endpoint that has something to do and that nobody works on; return how many."""
    with system_tenant():
        claimed = _claim(at)
    if not claimed:
        return 0
    with ThreadPoolExecutor(max_workers=min(ENDPOINTS_AT_ONCE, len(claimed))) as pool:
        list(pool.map(_work_in_thread, claimed))
    return len(claimed)


def _claim(at: datetime) -> list[tuple[int, int]]:
    """Take the leases of endpoints with news or with deliveries due; return ids and tokens."""
    rested = Q(resting_until=None) | Q(resting_until__lte=at)
    free = Q(lease_until=None) | Q(lease_until__lt=at)
    due = WebhookDelivery.objects.pending().filter(endpoint=OuterRef("pk"), next_attempt_at__lte=at)
    news = Change.objects.filter(position__gte=OuterRef("position")).filter(
        Q(position__gt=OuterRef("position")) | Q(pk__gt=OuterRef("change_id"))
    )
    found = (
        WebhookEndpoint.objects.working()
        .filter(free)
        .filter(Exists(news) | (rested & Exists(due)))
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("pk")
    )
    claimed = [(endpoint.pk, endpoint.lease_token + 1) for endpoint in found]
    WebhookEndpoint.objects.filter(pk__in=[pk for pk, _token in claimed]).update(
        lease_until=at + timedelta(seconds=LEASE_SECONDS), lease_token=F("lease_token") + 1
    )
    return claimed


def _work_in_thread(claim: tuple[int, int]) -> None:
    try:
        work_on_endpoint(endpoint_id=claim[0], token=claim[1])
    except Exception:
        logger.exception("Unable to deliver to webhook %s; it is tried again.", claim[0])
    finally:
        connection.close()


def work_on_endpoint(*, endpoint_id: int, token: int) -> int:
    """Hand on what is new and send what is due, for a while; return how many were delivered."""
    ends_at = time.monotonic() + ROUND_SECONDS
    delivered = 0
    while time.monotonic() < ends_at:
        with system_tenant():
            endpoint = _still_mine(endpoint_id, token)
            if endpoint is None:
                return delivered
            handed_on = hand_on(endpoint, at=now())
            due = _due(endpoint, at=now())
        if not due:
            if handed_on < CHANGES_PER_STEP:
                break
            continue
        sent, goes_on = _send_in_order(endpoint, due, token, ends_at)
        delivered += sent
        if not goes_on:
            break
    with system_tenant():
        WebhookEndpoint.objects.filter(pk=endpoint_id, lease_token=token).update(lease_until=None)
    return delivered


def _still_mine(endpoint_id: int, token: int) -> WebhookEndpoint | None:
    """Renew the lease; None when another worker holds it, or the endpoint was switched off."""
    mine = WebhookEndpoint.objects.working().filter(pk=endpoint_id, lease_token=token)
    renewed = mine.update(lease_until=now() + timedelta(seconds=LEASE_SECONDS))
    return WebhookEndpoint.objects.get(pk=endpoint_id) if renewed else None


def hand_on(endpoint: WebhookEndpoint, *, at: datetime) -> int:
    """Make deliveries of the endpoint's next changes and move its cursor, in one transaction."""
    cursor = FeedCursor(endpoint.position, endpoint.change_id)
    page = _next_changes(endpoint, cursor)
    moved = WebhookEndpoint.objects.filter(
        pk=endpoint.pk, position=cursor.position, change_id=cursor.change_id
    ).update(position=page.cursor.position, change_id=page.cursor.change_id)
    if not moved:  # another worker has handed these on meanwhile
        return 0
    WebhookDelivery.objects.bulk_create(
        [_delivery(endpoint, change, at) for change in page.changes],
        batch_size=500,
        ignore_conflicts=True,
    )
    return len(page.changes)


def _next_changes(endpoint: WebhookEndpoint, cursor: FeedCursor) -> FeedPage:
    """Read on as the endpoint's client would, so that both walls stand before its rows."""
    access = SYSTEM
    if endpoint.client_id is not None:
        access = Access(
            permissions=frozenset({"webhook.view"}), client_ids=frozenset({endpoint.client_id})
        )
    with tenant(access):
        changes = Change.objects.visible_to(access)
        for after in (cursor, None):
            try:
                return read_changes(
                    changes=changes, after=after, limit=CHANGES_PER_STEP, kinds=endpoint.kinds
                )
            except CursorTooOld:
                logger.warning("Webhook %s missed changes that are no longer kept.", endpoint.pk)
    raise AssertionError("Without a cursor there is always a page.")


def _delivery(endpoint: WebhookEndpoint, change: Change, at: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        endpoint=endpoint,
        change_id=change.pk,
        message_id=f"msg_{endpoint.pk}_{change.pk}",
        kind=change.kind,
        key=change.key,
        body=delivery_body(
            kind=change.kind,
            key=change.key,
            at=change.at,
            change_id=change.pk,
            payload=change.payload,
            client_id=change.client_id,
        ),
        created_at=at,
        next_attempt_at=at,
    )


def _due(endpoint: WebhookEndpoint, *, at: datetime) -> list[WebhookDelivery]:
    if endpoint.resting_until is not None and endpoint.resting_until > at:
        return []
    due = WebhookDelivery.objects.due(at=at).filter(endpoint=endpoint)
    return list(due.order_by("pk")[:DELIVERIES_PER_STEP])


def _send_in_order(
    endpoint: WebhookEndpoint, due: list[WebhookDelivery], token: int, ends_at: float
) -> tuple[int, bool]:
    """Send one after the other; a failed one holds back the later ones of its thing.

    Returns how many arrived, and whether to go on: not after a fault, nor when time is up.
    """
    secrets = _secrets(endpoint, at=now())
    if not secrets:
        _switch_off(endpoint, _CHANGED_KEY, at=now())
        return 0, False
    delivered = 0
    for delivery in due:
        if time.monotonic() >= ends_at:
            return delivered, False
        sent_at = now()
        headers = signed_headers(
            message_id=delivery.message_id,
            at=sent_at.astimezone(UTC),
            body=delivery.body,
            secrets_in_use=secrets,
        )
        answer = post(
            endpoint.url, body=delivery.body.encode(), headers=headers, allowed=allow_list()
        )
        with system_tenant():
            if _still_mine(endpoint.pk, token) is None:
                return delivered, False
            if answer.is_success:
                _note_success(endpoint, delivery, answer, at=now())
            else:
                _note_failure(endpoint, delivery, answer, at=now())
        if not answer.is_success:
            return delivered, False
        delivered += 1
    return delivered, True


def _secrets(endpoint: WebhookEndpoint, *, at: datetime) -> list[str]:
    """Return the secrets that sign now, the new one first; none when the server's key changed."""
    current = secret_of(endpoint.secret_seed)
    if fingerprint(current) != endpoint.secret_sha256:
        return []
    until = endpoint.previous_valid_until
    if endpoint.previous_secret_seed and until is not None and until > at:
        return [current, secret_of(endpoint.previous_secret_seed)]
    return [current]


def _note_success(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: Answer, *, at: datetime
) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.DELIVERED,
        attempts=F("attempts") + 1,
        last_attempt_at=at,
        delivered_at=at,
        response_status=answer.status,
        error="",
    )
    if endpoint.failures_in_a_row:
        endpoint.failures_in_a_row = 0
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            failures_in_a_row=0, failing_since=None, resting_until=None
        )


def _note_failure(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: Answer, *, at: datetime
) -> None:
    attempts = delivery.attempts + 1
    is_dead = attempts > len(RETRY_SECONDS)
    wait = next_wait_seconds(attempts, retry_after_seconds=answer.retry_after_seconds)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.DEAD if is_dead else DeliveryStatus.PENDING,
        attempts=attempts,
        last_attempt_at=at,
        next_attempt_at=at + timedelta(seconds=wait),
        response_status=answer.status,
        error=answer.error[:300],
    )
    failures = endpoint.failures_in_a_row + 1
    rest = REST_SECONDS[min(failures, len(REST_SECONDS)) - 1]
    since = endpoint.failing_since or at
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        failures_in_a_row=failures,
        failing_since=since,
        resting_until=at + timedelta(seconds=max(rest, answer.retry_after_seconds or 0))
        if rest or answer.retry_after_seconds
        else None,
    )
    if answer.status == GONE:
        _switch_off(endpoint, _SAID_GONE, at=at)
    elif at - since >= timedelta(days=settings.WEBHOOK_DISABLE_AFTER_DAYS):
        _switch_off(endpoint, _FAILED_LONG, at=at)


def next_wait_seconds(attempts: int, *, retry_after_seconds: int | None = None) -> float:
    """Return how long to wait after so many tries; what the endpoint asks for is respected."""
    base = RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1]
    wait = base * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, keeps no secret
    asked = min(retry_after_seconds or 0, MAX_RETRY_AFTER_SECONDS)
    return max(wait, float(asked))


_SAID_GONE = gettext_lazy("It answered 410: gone.")
_FAILED_LONG = gettext_lazy("It has failed for days without a success.")
_CHANGED_KEY = gettext_lazy(
    "The server's key (WFM_SECRET_KEY) has changed, and its secret with it. Give it a new secret."
)


def _switch_off(endpoint: WebhookEndpoint, reason: object, *, at: datetime) -> None:
    """Switch it off and tell its owner, or those who keep webhooks when the owner has left."""
    with system_tenant():
        if not disable_webhook(endpoint=endpoint, reason=str(reason), at=at):
            return
        notify(
            user_ids=_keepers(endpoint),
            kind="webhook.disabled",
            subject=format_lazy("{}: {}", gettext_lazy("Webhook switched off"), endpoint.name),
            body=format_lazy(
                "{} {}",
                reason,
                gettext_lazy("What waits is kept and sent when you switch it on again."),
            ),
            url=reverse("webhook", args=[endpoint.pk]),
            at=at,
        )


def _keepers(endpoint: WebhookEndpoint) -> list[int]:
    if endpoint.owner_id and User.objects.filter(pk=endpoint.owner_id, is_active=True).exists():
        return [endpoint.owner_id]
    keepers = User.objects.filter(is_active=True).filter(
        Q(is_superuser=True) | Q(role_grants__role__permissions__contains=["webhook.edit"])
    )
    return list(keepers.values_list("pk", flat=True).distinct())
