"""The calendar file behind a secret address: no session, nothing but the agent's own schedule."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.timezone import now
from django.utils.translation import override
from django.views.decorators.http import require_safe

from scheduling.services.calendar_feeds import calendar_of, feed_of
from scheduling.views.ical_limit import seconds_until_free
from wfm.org.access import Access
from wfm.org.models import User
from wfm.org.tenancy import tenant

READER = Access(is_internal=True)
LONGEST_TOKEN = 64


@require_safe
def ical(request: HttpRequest, token: str) -> HttpResponse:
    """The schedule as iCalendar; an address that is unknown, rotated or revoked is not found."""
    wait = seconds_until_free(request, token)
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    with tenant(READER):
        feed = feed_of(token) if len(token) <= LONGEST_TOKEN else None
        if feed is None:
            raise Http404
        user = User.objects.filter(agent=feed.agent_id).first()
        with override(user.language if user and user.language else None):
            found = calendar_of(agent_id=feed.agent_id, at=now())
    etag, changed = f'"{found.etag}"', int(found.changed_at.timestamp())
    answer = get_conditional_response(
        request,
        etag=etag,
        last_modified=changed,
        response=HttpResponse(found.body, content_type="text/calendar; charset=utf-8"),
    )
    assert answer is not None
    answer["ETag"], answer["Last-Modified"] = etag, http_date(changed)
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
