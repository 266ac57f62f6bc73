"""One's own notices: the bell in the frame, the list, and what one wants to hear of."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wfm.integration.forms import ChoicesForm
from wfm.integration.models import Notice
from wfm.integration.services.choices import UnableToSaveChoices, mark_read, save_choices
from wfm.org.models import User
from wfm.web.frame import Frame

ROWS_PER_PAGE = 50


@require_GET
@login_required
def notice_list(request: HttpRequest) -> HttpResponse:
    """All notices, newest first, or the unread ones."""
    mine = Notice.objects.visible_to(request.user)
    only_unread = request.GET.get("show") == "unread"
    shown = mine.unread() if only_unread else mine
    page = Paginator(shown.order_by("-pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "only_unread": only_unread, "base": _base(request)}
    return render(request, "integration/notices.html", context)


@require_GET
@login_required
@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, with the number of unread notices."""
    return render(request, "components/_bell.html")


@require_POST
@login_required
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go to the page that it is about."""
    found = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    assert isinstance(request.user, User)
    mark_read(user=request.user, notice_ids=[found.pk], at=now())
    return redirect(found.url or "notices")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read."""
    assert isinstance(request.user, User)
    mark_read(user=request.user, notice_ids=None, at=now())
    return redirect("notices")


@login_required
def choices(request: HttpRequest) -> HttpResponse:
    """Where one wants to hear of what, and quiet hours."""
    assert isinstance(request.user, User)
    form = ChoicesForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            save_choices(
                user=request.user, channels=form.channels(), quiet_minutes=form.quiet_minutes()
            )
        except UnableToSaveChoices as error:
            form.add_error("quiet_until", str(error))
        else:
            messages.success(request, _("Your choices are saved."))
            return redirect("notice-choices")
    return render(
        request, "integration/notice_choices.html", {"form": form, "base": _base(request)}
    )


def _base(request: HttpRequest) -> str:
    """People who only use the portal stay in its frame."""
    return Frame(request).own_base
