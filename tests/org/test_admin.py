"""The admin: our permissions, our login, and who changed what."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from tests.factories import org
from wfm.org.models import Queue, Role
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


@pytest.mark.parametrize("label", ["org", "jobs", "integration"])
def test_every_table_that_people_keep_is_there(label):
    # Records of changes, machinery, parts of what is there, and people's own mail.
    events = re.compile(
        r"Event$|^IdempotencyRecord$|^Change(FeedState)?$|^News(Version|Acknowledgement)$"
        r"|^Notice(Choice)?$|^QuietHours$"
    )
    kept = {
        model
        for model in apps.get_app_config(label).get_models()
        if not events.search(model.__name__)
    }

    assert kept - set(admin.site._registry) == set()


def test_strangers_are_sent_to_our_login_and_agents_are_refused(client):
    assert client.get("/admin/").url.startswith("/admin/login/")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/login/?next=")

    client.force_login(org.make_user("agent"))
    assert client.get("/admin/login/").status_code == 403


def test_a_planner_looks_but_changes_no_queue(client):
    queue = org.make_queue()
    client.force_login(org.make_user("planner"))
    url = reverse("admin:org_queue_change", args=[queue.pk])

    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "Stolen"}).status_code == 403
    assert client.get(reverse("admin:org_queue_add")).status_code == 403


def test_the_changes_of_a_row_are_told_also_after_a_bulk_update(client):
    queue = org.make_queue(name="Before")
    Queue.objects.filter(pk=queue.pk).update(name="After", min_agents=3)
    client.force_login(org.make_user("admin"))

    page = client.get(reverse("admin:org_queue_changes", args=[queue.pk])).content.decode()

    assert "<del>Before</del> → After" in page
    assert "<del>0</del> → 3" in page
    assert page.count("created") >= 1


def test_the_changes_need_the_audit_permission(client):
    queue = org.make_queue()
    editor = Role.objects.create(key="editor", name="Editor", permissions=["org.view", "org.edit"])
    user = org.make_user()
    user.role_grants.create(role=editor)
    client.force_login(user)

    assert client.get(reverse("admin:org_queue_change", args=[queue.pk])).status_code == 200
    assert client.get(reverse("admin:org_queue_changes", args=[queue.pk])).status_code == 403


def test_a_builtin_role_cannot_be_edited_here_either(client):
    client.force_login(org.make_user("admin"))
    builtin = Role.objects.get(key="admin")

    answer = client.post(reverse("admin:org_role_change", args=[builtin.pk]), {"name": "Changed"})

    assert answer.status_code == 403
    assert Role.objects.get(pk=builtin.pk).name == "Administrator"


def test_what_computations_write_is_looked_at_and_never_edited(rf):
    request = rf.get("/admin/")
    request.user = org.make_user("admin")
    computed = {
        "adherence.adherenceday", "forecasting.forecastrun", "jobs.job", "reporting.slaresult",
        "scheduling.scheduleversion", "staffing.requirementrun",
    }  # fmt: skip
    read_only = {
        model._meta.label_lower
        for model, page in admin.site._registry.items()
        if not any(
            may(request)
            for may in (
                page.has_add_permission, page.has_change_permission, page.has_delete_permission
            )
        )
    }  # fmt: skip
    assert computed <= read_only
    assert not read_only & {"org.queue", "forecasting.specialday", "scheduling.timeoff"}
