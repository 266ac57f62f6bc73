"""People, invitations and roles as pages: who sees what, and what cannot be handed out."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import now

from tests.factories import org
from wfm.org.models import Invitation, Role, User
from wfm.org.services.people import Invitee, UnableToInvite, invite_user
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "a brand new passphrase"


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


@pytest.fixture
def admin(client):
    user = org.make_user("admin")
    client.force_login(user)
    return user


def role(key):
    org.make_user(key, client=org.make_client() if key == "client" else None)
    return Role.objects.get(key=key)


def invite(client, django_capture_on_commit_callbacks, **fields):
    with django_capture_on_commit_callbacks(execute=True):
        return client.post(reverse("people-invite"), {"email": "new@example.com"} | fields)


def sent_link():
    return re.search(r"http://testserver(/invitation/\S+/)", mail.outbox[-1].body).group(1)


def accept(client, link):
    form = {
        "display_name": "New Person",
        "password": NEW_PASSWORD,
        "password_again": NEW_PASSWORD,
    }
    return client.post(link, form)


def test_an_invitation_makes_an_account_once(client, admin, django_capture_on_commit_callbacks):
    team = org.make_team()
    lead = role("team_lead")
    answer = invite(client, django_capture_on_commit_callbacks, role=lead.pk, team=team.pk)
    assert answer.url == reverse("people")
    assert mail.outbox[-1].to == ["new@example.com"]
    client.logout()

    assert accept(client, sent_link()).url == "/"

    user = User.objects.get(email="new@example.com")
    grant = user.role_grants.get()
    assert (grant.role_id, grant.team_id) == (lead.pk, team.pk)
    assert user.check_password(NEW_PASSWORD)
    assert accept(client, sent_link()).status_code == 410
    assert User.objects.filter(email="new@example.com").count() == 1


def test_the_token_is_not_stored(client, admin, django_capture_on_commit_callbacks):
    invite(client, django_capture_on_commit_callbacks, role=role("planner").pk)
    token = sent_link().split("/")[2]

    assert token not in str(Invitation.objects.values().get())


def test_an_expired_invitation_says_so(client, admin, django_capture_on_commit_callbacks):
    invite(client, django_capture_on_commit_callbacks, role=role("planner").pk)
    Invitation.objects.update(expires_at=now() - timedelta(seconds=1))
    client.logout()

    answer = client.get(sent_link())

    assert answer.status_code == 410
    assert "has expired" in answer.content.decode()


def test_a_second_invitation_closes_the_first(client, admin, django_capture_on_commit_callbacks):
    planner = role("planner")
    invite(client, django_capture_on_commit_callbacks, role=planner.pk)
    first = sent_link()
    invite(client, django_capture_on_commit_callbacks, role=planner.pk)
    client.logout()

    assert client.get(first).status_code == 410
    assert client.get(sent_link()).status_code == 200


def test_a_weak_password_is_refused_and_the_link_stays_good(
    client, admin, django_capture_on_commit_callbacks
):
    invite(client, django_capture_on_commit_callbacks, role=role("planner").pk)
    client.logout()
    form = {"display_name": "New", "password": "12345678901", "password_again": "12345678901"}

    answer = client.post(sent_link(), form)

    assert answer.status_code == 200
    assert "entirely numeric" in answer.content.decode()
    assert accept(client, sent_link()).status_code == 302


def test_nobody_invites_to_more_than_they_hold():
    planner = org.make_user("planner")
    with pytest.raises(UnableToInvite, match="may do what you may not"):
        invite_user(
            invitee=Invitee(email="x@example.com", role=role("admin")),
            invited_by=planner,
            at=now(),
            accept_url="http://testserver/TOKEN",
        )
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(
    ("email", "sentence"), [("no address", "no e-mail address"), ("known@example.com", "already")]
)
def test_a_bad_address_is_refused(email, sentence):
    org.make_user(email="known@example.com")
    with pytest.raises(UnableToInvite, match=sentence):
        invite_user(
            invitee=Invitee(email=email, role=role("planner")),
            invited_by=org.make_user("admin"),
            at=now(),
            accept_url="http://testserver/TOKEN",
        )


def test_a_client_s_person_needs_the_client(client, admin, django_capture_on_commit_callbacks):
    outsider = role("client")

    answer = invite(client, django_capture_on_commit_callbacks, role=outsider.pk)

    assert "choose the client" in answer.content.decode()
    assert mail.outbox == []


def test_people_lists_only_the_lead_s_team(client):
    own, other = org.make_team(), org.make_team()
    org.make_agent(name="Own Person", team=own)
    org.make_agent(name="Other Person", team=other)
    client.force_login(org.make_user("team_lead", team=own))

    page = client.get(reverse("people")).content.decode()

    assert "Own Person" in page
    assert "Other Person" not in page
    assert "Invite a person" not in page


def test_a_stranger_s_page_is_a_404(client):
    stranger = org.make_agent(team=org.make_team())
    client.force_login(org.make_user("team_lead", team=org.make_team()))

    assert client.get(reverse("person", args=[stranger.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_people_page_asks_as_often_for_many_as_for_one(
    client, admin, rows, django_assert_max_num_queries
):
    for _number in range(rows):
        org.make_agent(skills=[org.make_skill(), org.make_skill()])

    with django_assert_max_num_queries(24):
        assert client.get(reverse("people")).status_code == 200


@pytest.mark.parametrize(
    ("name", "role_key", "status"),
    [
        ("people", "planner", 200),
        ("people", "agent", 403),
        ("people", "client", 403),
        ("people-invite", "planner", 200),
        ("people-invite", "team_lead", 403),
        ("roles", "planner", 200),
        ("roles", "finance", 403),
        ("clients", "finance", 200),
        ("clients", "agent", 403),
        ("settings", "team_lead", 200),
        ("settings", "client", 403),
    ],
)
def test_pages_ask_for_their_permission(client, name, role_key, status):
    scope = {"client": org.make_client()} if role_key == "client" else {}
    client.force_login(org.make_user(role_key, **scope))

    assert client.get(reverse(name)).status_code == status


@pytest.mark.parametrize("name", ["people", "roles", "clients", "settings", "jobs", "preferences"])
def test_pages_send_strangers_to_the_login(client, name):
    assert client.get(reverse(name)).url.startswith("/login/?next=")


def test_a_role_is_what_the_matrix_says(client, admin):
    form = {
        "name": "Night planner",
        "is_internal": "on",
        "permissions": ["schedule.view", "org.view"],
    }

    answer = client.post(reverse("role-new"), form)

    made = Role.objects.get(name="Night planner")
    assert answer.url == reverse("role", args=[made.pk])
    assert made.permissions == ["org.view", "schedule.view"]
    page = client.get(answer.url).content.decode()
    assert re.findall(r'value="([a-z.]+)"[^>]* checked', page) == ["org.view", "schedule.view"]


def test_a_builtin_role_is_copied_never_changed(client, admin):
    builtin = role("planner")
    before = builtin.permissions

    client.post(reverse("role", args=[builtin.pk]), {"name": "Mine", "permissions": ["org.view"]})

    assert Role.objects.get(pk=builtin.pk).permissions == before
    assert Role.objects.get(name="Mine").is_builtin is False


def test_nobody_gives_a_permission_that_they_do_not_hold(client):
    maker = Role.objects.create(
        key="maker", name="Maker", permissions=["role.view", "role.edit", "org.view"]
    )
    user = org.make_user()
    user.role_grants.create(role=maker)
    client.force_login(user)

    answer = client.post(
        reverse("role-new"), {"name": "More", "is_internal": "on", "permissions": ["people.edit"]}
    )

    assert "cannot give what you do not hold: people.edit" in answer.content.decode()
    assert not Role.objects.filter(name="More").exists()


def test_a_planner_sees_roles_but_saves_none(client):
    client.force_login(org.make_user("planner"))
    builtin = Role.objects.get(key="planner")
    url = reverse("role", args=[builtin.pk])

    client.post(url, {"name": "Mine", "permissions": ["org.view"]})

    assert not Role.objects.filter(name="Mine").exists()
    assert "Save" not in client.get(url).content.decode()


def test_the_clients_page_shows_goals_and_what_lacks_them(client, admin):
    queue = org.make_queue(name="With goal")
    org.make_goal(queue, level=0.8, threshold_seconds=20)
    org.make_queue(name="Without goal", client=queue.client)

    page = client.get(reverse("clients")).content.decode()

    assert "80\u202f% / 20 s" in page
    assert page.count("none in force") == 1
