"""Fragments for other rooms' pages; `{% load integration %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.timezone import now

from wfm.integration.models import WebhookDelivery
from wfm.integration.queries.news import knowledge_for, news_for

register = template.Library()
MOST_SHOWN = 3
_TONES = {"PENDING": ("warn", "…"), "DELIVERED": ("goal", "✓"), "DEAD": ("under", "×")}


@register.inclusion_tag("integration/_news_box.html", takes_context=True)
def news_box(context: Context, next_url: str = "") -> dict[str, Any]:
    """Show what is told to the person: all that asks for an acknowledgement, then the newest.

    `next_url` is where an acknowledgement leads back to; without it this page.
    """
    request = context["request"]
    items = news_for(request.user, at=now())
    asking = sum(item.asks_me for item in items)
    shown = items[: max(asking, MOST_SHOWN)]
    return {
        "items": shown,
        "more": len(items) - len(shown),
        "request": request,
        "next_url": next_url,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("integration/_knowledge.html", takes_context=True)
def knowledge_links(
    context: Context, activity_code: Any = None, queue: Any = None
) -> dict[str, Any]:
    """Show the links that help at this activity (an ActivityCode) with this queue's work."""
    links = knowledge_for(
        context["request"].user,
        activity_code_id=getattr(activity_code, "pk", None),
        queue_id=getattr(queue, "pk", None),
    )
    return {"links": list(links)}


@register.filter
def delivery_tone(delivery: WebhookDelivery) -> str:
    """Return the tone of a delivery's badge."""
    return _TONES[delivery.status][0]


@register.filter
def delivery_letter(delivery: WebhookDelivery) -> str:
    """Return its letter, so that colour does not speak alone."""
    return _TONES[delivery.status][1]
