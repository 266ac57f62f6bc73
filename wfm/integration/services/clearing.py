"""What is older than its retention goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from wfm.integration.models import DeliveryStatus, MailState, Notice, WebhookDelivery
from wfm.integration.services.changes import adopt_restored_changes, clear_changes
from wfm.org.tenancy import system_tenant


def clear_integration(*, at: datetime) -> dict[str, int]:
    """Delete old changes, deliveries and notices; return how many of each."""
    with system_tenant():
        adopt_restored_changes()
    with system_tenant():
        changes = clear_changes(at=at)
    old = at - timedelta(days=settings.CHANGE_RETENTION_DAYS)
    with system_tenant():
        ended = WebhookDelivery.objects.exclude(status=DeliveryStatus.PENDING)
        deliveries, _by_model = ended.filter(created_at__lt=old).delete()
    with system_tenant():
        limit = at - timedelta(days=settings.NOTICE_RETENTION_DAYS)
        settled = Notice.objects.exclude(mail_state=MailState.PENDING)
        notices, _by_model = settled.filter(created_at__lt=limit).delete()
    return {"changes": changes, "deliveries": deliveries, "notices": notices}
