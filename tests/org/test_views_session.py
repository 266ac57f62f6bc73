"""Log in, too many attempts, forgotten passwords, preferences."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from tests.factories import org
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
PASSWORD = "a long passphrase"


@pytest.fixture(autouse=True)
def _fresh_throttle():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def planner():
    with system_tenant():
        return org.make_user("planner", email="planner@example.com", password=PASSWORD)


def log_in(client, password=PASSWORD, email="planner@example.com", **extra):
    return client.post(reverse("login"), {"username": email, "password": password} | extra)


def test_login_leads_to_where_one_wanted_to_go(client, planner):
    asked = client.get("/jobs/")
    assert asked.url == "/login/?next=/jobs/"

    answer = log_in(client, email="Planner@Example.COM", next="/jobs/")

    assert (answer.status_code, answer.url) == (302, "/jobs/")
    assert client.get("/jobs/").status_code == 200


def test_a_wrong_password_is_said_beside_the_form(client, planner):
    answer = log_in(client, password="wrong")

    assert answer.status_code == 200
    assert "No account has this e-mail address and password" in answer.content.decode()


def test_too_many_wrong_passwords_lock_the_address_and_say_how_long(client, planner, settings):
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = log_in(client, password="wrong")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "Wait 15\u202fmin and try again" in answer.content.decode()
    assert log_in(client).status_code == 429, "the right password must not help while locked"


def test_a_locked_address_does_not_lock_another(client, planner, settings):
    with system_tenant():
        org.make_user("planner", email="other@example.com", password=PASSWORD)
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, password="wrong")

    assert log_in(client, email="other@example.com").status_code == 302


def test_logging_out_needs_a_post_and_ends_the_session(client, planner):
    log_in(client)

    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == "/login/"
    assert client.get("/jobs/").status_code == 302


def test_the_reset_link_sets_a_password_once(client, planner):
    client.post(reverse("password-reset"), {"email": "planner@example.com"})
    link = re.search(r"http://testserver(/password/\S+)", mail.outbox[0].body).group(1)
    form_url = client.get(link).url
    new = {"new_password1": "another passphrase", "new_password2": "another passphrase"}

    assert client.post(form_url, new).url == "/login/"
    assert log_in(client, password="another passphrase").status_code == 302
    client.logout()
    assert "has been used" in client.get(link, follow=True).content.decode()


def test_the_answer_does_not_tell_whether_an_address_is_known(client, planner):
    known = client.post(reverse("password-reset"), {"email": "planner@example.com"}, follow=True)
    sent = len(mail.outbox)
    unknown = client.post(reverse("password-reset"), {"email": "nobody@example.com"}, follow=True)

    assert (sent, len(mail.outbox)) == (1, 1)
    assert known.content.decode().count("a link is on its way") == 1
    assert unknown.content.decode().count("a link is on its way") == 1


def test_preferences_are_kept_on_the_person(client, planner):
    client.force_login(planner)
    form = {
        "display_name": "Pia",
        "language": "zh-hans",
        "theme": "DARK",
        "timezone": "Asia/Shanghai",
    }

    client.post(reverse("preferences"), form)

    kept = User.objects.get(pk=planner.pk)
    assert {name: getattr(kept, name) for name in form} == form
    page = client.get(reverse("preferences")).content.decode()
    assert '<html lang="zh-Hans" data-theme="dark">' in page
    assert "Asia/Shanghai" in page


@pytest.mark.parametrize("bad", [{"language": "xx"}, {"theme": "PINK"}, {"timezone": "Mars/Base"}])
def test_preferences_refuse_what_does_not_exist(client, planner, bad):
    client.force_login(planner)
    form = {"display_name": "Pia", "language": "", "theme": "DARK", "timezone": ""}

    answer = client.post(reverse("preferences"), form | bad)

    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert User.objects.get(pk=planner.pk).theme == "SYSTEM"


def test_the_menu_sets_theme_and_language_before_login_in_cookies(client):
    client.post(reverse("preferences-quick"), {"theme": "DARK", "language": "zh-hans"})

    page = client.get(reverse("login")).content.decode()

    assert '<html lang="zh-Hans" data-theme="dark">' in page


def test_the_menu_never_sends_anybody_to_another_site(client):
    answer = client.post(
        reverse("preferences-quick"), {"theme": "DARK", "next": "https://evil.example/"}
    )

    assert answer.url == "/"


def test_changing_the_password_ends_other_sessions(client, planner):
    other = type(client)()
    other.force_login(planner)
    client.force_login(planner)
    form = {
        "old_password": PASSWORD,
        "new_password1": "another passphrase",
        "new_password2": "another passphrase",
    }

    assert client.post(reverse("password-change"), form).url == "/preferences/"
    assert client.get("/preferences/").status_code == 200
    assert other.get("/preferences/").status_code == 302
