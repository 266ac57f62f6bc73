"""News and policies: for readers, and for those who write them; links to knowledge."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wfm.integration.forms import KnowledgeLinkForm, NewsForm
from wfm.integration.models import KnowledgeLink, NewsEntry, NewsVersion
from wfm.integration.queries.news import news_for, readers_of, shown_version
from wfm.integration.services.knowledge import LinkInput, UnableToSaveLink, delete_link, save_link
from wfm.integration.services.news import (
    UnableToAcknowledge,
    UnableToRemind,
    UnableToSaveNews,
    acknowledge_news,
    change_news,
    publish_news,
    remind_readers,
    withdraw_news,
)
from wfm.org.access_views import require
from wfm.org.models import User
from wfm.org.tabs import settings_tabs
from wfm.web.frame import Frame

ROWS_PER_PAGE = 50


@require_GET
@login_required
def my_news(request: HttpRequest) -> HttpResponse:
    """What is told to me now."""
    context = {"items": news_for(request.user, at=now()), "base": Frame(request).own_base}
    return render(request, "integration/news.html", context)


@require_POST
@login_required
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that I have read the version that was on my screen."""
    number = request.POST.get("version", "")
    assert isinstance(request.user, User)
    try:
        acknowledge_news(
            entry_id=pk,
            number=int(number) if number.isdigit() and len(number) < 9 else 0,
            user=request.user,
            at=now(),
        )
    except UnableToAcknowledge as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you; that you have read it is recorded."))
    return redirect(_next(request) or "news")


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if is_ours else ""


@require_GET
@require("news.edit")
def entries(request: HttpRequest) -> HttpResponse:
    """All entries, the newest first."""
    at = now()
    title = NewsVersion.objects.filter(entry=OuterRef("pk"), number=OuterRef("number"))
    found = (
        NewsEntry.objects.visible_to(request.user)
        .select_related("site", "team", "queue", "created_by")
        .annotate(
            title=Subquery(title.values("title")),
            acknowledged=Count(
                "versions__acknowledgements__user",
                filter=Q(versions__number__gte=F("asks_from_number")),
                distinct=True,
            ),
        )
        .order_by("-starts_at", "-pk")
    )
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = settings_tabs(request, "news-entries") | {"page": page, "at": at}
    return render(request, "integration/news_entries.html", context)


@require("news.edit")
def new_entry(request: HttpRequest) -> HttpResponse:
    """Write an entry."""
    assert isinstance(request.user, User)
    form = NewsForm(request.POST or None, person=request.user, entry=None)
    if request.method == "POST" and form.is_valid():
        try:
            entry = publish_news(wanted=form.wanted(), by=request.user, at=now())
        except UnableToSaveNews as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("It is written. People are told when it begins."))
            return redirect("news-entry", entry.pk)
    context = settings_tabs(request, "news-entries") | {"form": form, "entry": None}
    return render(request, "integration/news_form.html", context)


@require("news.edit")
def edit_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an entry."""
    entry = _entry(request, pk)
    assert isinstance(request.user, User)
    form = NewsForm(request.POST or None, person=request.user, entry=entry)
    if request.method == "POST" and form.is_valid():
        try:
            change_news(
                entry=entry,
                wanted=form.wanted(),
                asks_again=form.cleaned_data["asks_again"],
                by=request.user,
                at=now(),
            )
        except UnableToSaveNews as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("The change is saved."))
            return redirect("news-entry", entry.pk)
    context = settings_tabs(request, "news-entries") | {"form": form, "entry": entry}
    return render(request, "integration/news_form.html", context)


@require_GET
@require("news.edit")
def entry_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: its words, its versions, and who has acknowledged it."""
    entry, at = _entry(request, pk), now()
    readers = readers_of(entry, at=at)
    done = sum(reader.acknowledged_at is not None for reader in readers)
    context = settings_tabs(request, "news-entries") | {
        "entry": entry,
        "version": shown_version(entry),
        "versions": entry.versions.select_related("written_by").order_by("-number"),
        "readers": readers,
        "done": done,
        "missing": len(readers) - done,
        "share": done / len(readers) if readers else None,
        "is_shown": NewsEntry.objects.current(at=at).filter(pk=entry.pk).exists(),
    }
    return render(request, "integration/news_entry.html", context)


@require_POST
@require("news.edit")
def act_on_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind those who have not acknowledged, or withdraw the entry."""
    entry, at = _entry(request, pk), now()
    if request.POST.get("act") == "withdraw":
        withdraw_news(entry=entry, at=at)
        messages.success(request, _("It is shown no longer."))
        return redirect("news-entries")
    try:
        reminded = remind_readers(entry=entry, at=at)
    except UnableToRemind as error:
        messages.error(request, str(error))
    else:
        sentence = ngettext(
            "%(count)d person is reminded.", "%(count)d people are reminded.", reminded
        )
        messages.success(request, sentence % {"count": reminded})
    return redirect("news-entry", entry.pk)


@require("news.edit")
def links(request: HttpRequest) -> HttpResponse:
    """The links to knowledge, and a form for the next one."""
    return _link_page(request, None)


@require("news.edit")
def edit_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a link."""
    link = get_object_or_404(KnowledgeLink.objects.visible_to(request.user), pk=pk)
    return _link_page(request, link)


@require_POST
@require("news.edit")
def remove_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a link."""
    link = get_object_or_404(KnowledgeLink.objects.visible_to(request.user), pk=pk)
    delete_link(link=link)
    messages.success(request, _("The link “%(title)s” is deleted.") % {"title": link.title})
    return redirect("knowledge-links")


def _link_page(request: HttpRequest, link: KnowledgeLink | None) -> HttpResponse:
    assert isinstance(request.user, User)
    form = KnowledgeLinkForm(request.POST or None, person=request.user, link=link)
    if request.method == "POST" and form.is_valid():
        try:
            save_link(link=link, wanted=LinkInput(**form.cleaned_data), by=request.user)
        except UnableToSaveLink as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("The link is saved."))
            return redirect("knowledge-links")
    rows = KnowledgeLink.objects.visible_to(request.user).select_related("activity_code", "queue")
    context = settings_tabs(request, "knowledge-links") | {
        "form": form,
        "link": link,
        "rows": rows.order_by("activity_code__name", "queue__name", "place", "title"),
    }
    return render(request, "integration/knowledge_links.html", context)


def _entry(request: HttpRequest, pk: int) -> NewsEntry:
    return get_object_or_404(NewsEntry.objects.visible_to(request.user), pk=pk)
