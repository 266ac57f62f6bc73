"""One's own account: preferences and password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import (
    PasswordChangeView,
    PasswordResetConfirmView,
    PasswordResetView,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from wfm.org.access_views import person_of
from wfm.org.forms import PreferencesForm
from wfm.org.models import User
from wfm.org.models.user import Theme

_COOKIE_SECONDS = 365 * 24 * 3600


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, theme, name and time zone."""
    user = request.user
    assert isinstance(user, User)
    form = PreferencesForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=["display_name", "language", "theme", "timezone"])
        messages.success(request, _("Your preferences are saved."))
        return redirect("preferences")
    return render(request, "org/preferences.html", {"form": form})


@require_POST
def quick_preferences(request: HttpRequest) -> HttpResponse:
    """Set the language or the theme from the menu; kept in a cookie before login."""
    answer = redirect(_safe_next(request))
    user = person_of(request)
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=_COOKIE_SECONDS, samesite="Lax"
        )
        _remember(user, language=language)
    if theme in Theme.values:
        answer.set_cookie("theme", theme, max_age=_COOKIE_SECONDS, samesite="Lax")
        _remember(user, theme=theme)
    return answer


def _remember(user: User | None, **changes: Any) -> None:
    if user is None:
        return
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if is_ours else "/"


class ChangePassword(PasswordChangeView):
    """Change one's own password."""

    template_name = "registration/password_change.html"
    success_url = reverse_lazy("preferences")

    def form_valid(self, form: Any) -> HttpResponse:
        """Say that it is done; other sessions of this person end."""
        messages.success(self.request, _("Your password is changed. Other devices are logged out."))
        return super().form_valid(form)


class ResetPassword(PasswordResetView):
    """Ask for a link by e-mail. The answer is the same whether the address is known or not."""

    template_name = "registration/password_reset.html"
    email_template_name = "registration/password_reset_email.txt"
    subject_template_name = "registration/password_reset_subject.txt"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        """Send the link and say where it went."""
        messages.success(
            self.request,
            _("If an account has the address {email}, a link is on its way to it.").format(
                email=form.cleaned_data["email"]
            ),
        )
        return super().form_valid(form)


class SetPassword(PasswordResetConfirmView):
    """Set a new password by the link from the e-mail."""

    template_name = "registration/password_set.html"
    success_url = reverse_lazy("login")
    extra_context = {"title": gettext_lazy("Set a new password")}

    def form_valid(self, form: Any) -> HttpResponse:
        """Say that one can log in now."""
        messages.success(self.request, _("Your new password is set. Log in with it."))
        return super().form_valid(form)
