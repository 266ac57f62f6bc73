"""What every answer carries, and the pages of errors."""

import pytest
from django.test import Client
from django.urls import path, reverse

from tests.factories import org
from wfm.org.tenancy import system_tenant
from wfm.urls import urlpatterns as real

pytestmark = pytest.mark.django_db


def _fail(request):
    raise RuntimeError("a fault for the test")


urlpatterns = [path("fails/", _fail), *real]


def directives(answer):
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts if part}


def test_the_browser_may_run_and_style_only_what_is_served(client):
    found = directives(client.get(reverse("login")))

    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == ["'self'"]
    assert found["style-src"] == ["'self'"]
    assert found["frame-ancestors"] == ["'none'"]
    assert "'unsafe-inline'" not in str(found)
    assert "'unsafe-eval'" not in str(found)


@pytest.fixture
def planner(client):
    with system_tenant():
        client.force_login(org.make_user("planner", theme="DARK"))
    return client


def test_a_missing_page_is_told_in_the_person_s_look(planner):
    answer = planner.get("/no-such-page/")

    assert answer.status_code == 404
    assert 'data-theme="dark"' in answer.content.decode()
    assert "This page does not exist" in answer.content.decode()


def test_a_bad_scope_is_a_missing_page_and_not_a_fault(planner):
    answer = planner.get("/history/", {"from": "tomorrow"})

    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


def test_a_refusal_names_the_permission(client):
    with system_tenant():
        client.force_login(org.make_user("agent"))

    answer = client.get(reverse("people"))

    assert answer.status_code == 403
    assert "people.view" in answer.content.decode()


def test_an_old_form_is_explained():
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(reverse("login"), {"username": "a@example.com", "password": "x"})

    assert answer.status_code == 403
    assert "This form was too old" in answer.content.decode()


@pytest.mark.urls(__name__)
def test_a_fault_is_told_without_details(client, caplog):
    client.raise_request_exception = False

    answer = client.get("/fails/")

    assert answer.status_code == 500
    text = answer.content.decode()
    assert "Nothing was changed" in text
    assert "a fault for the test" not in text
