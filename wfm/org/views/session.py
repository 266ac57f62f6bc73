"""Log in, and the answer to too many attempts."""

from datetime import timedelta

from axes.helpers import get_cool_off
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from wfm.org.forms import LoginForm
from wfm.web.formats import duration


class Login(LoginView):
    """The login page."""

    template_name = "registration/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: object = None
) -> HttpResponse:
    """Say that there were too many attempts, and how long to wait."""
    wait: timedelta = get_cool_off(request) or timedelta(0)
    form = LoginForm(request, initial={"username": request.POST.get("username", "")})
    context = {
        "form": form,
        "locked_message": _(
            "Too many attempts with a wrong password for this address. "
            "Wait {wait} and try again, or reset the password now."
        ).format(wait=duration(wait.total_seconds())),
    }
    answer = render(request, "registration/login.html", context, status=429)
    answer["Retry-After"] = str(int(wait.total_seconds()))
    return answer
