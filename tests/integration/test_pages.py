"""Pages of webhooks, notices and news, as people use them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from tests.factories.integration import make_link, make_news, make_webhook
from tests.factories.org import (
    make_activity_code,
    make_agent,
    make_client,
    make_team,
    make_user,
)
from wfm.integration.models import (
    DeliveryStatus,
    KnowledgeLink,
    NewsEntry,
    Notice,
    NoticeChoice,
    QuietHours,
    WebhookDelivery,
    WebhookEndpoint,
)
from wfm.integration.services import notify
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything():
    with system_tenant():
        yield


def login(browser, role, **fields):
    user = make_user(role, **fields)
    browser.force_login(user)
    return user


def text(answer):
    return answer.content.decode()


def tell(user, **fields):
    given = {"kind": "request.decided", "subject": "Granted", "body": "", "at": now()}
    return notify(user_ids=[user.pk], **given | fields)[0]


# -- the bell and the list ------------------------------------------------------------------------


def test_the_bell_counts_what_is_unread_with_one_query(client, django_assert_num_queries):
    user = login(client, "planner")
    url = reverse("notices-bell")
    client.get(url)
    with django_assert_num_queries(10, exact=False) as none:
        assert "topbar__count" not in text(client.get(url))
    for _number in range(3):
        tell(user)
    with django_assert_num_queries(len(none.captured_queries), exact=True) as three:
        shown = text(client.get(url))
    assert "Notices: 3 unread" in shown
    asked = [row["sql"] for row in three.captured_queries if "integration_notice" in row["sql"]]
    assert len(asked) == 1
    assert 'hx-trigger="every 30s"' in shown


def test_a_hundred_unread_are_many(client):
    user = login(client, "planner")
    for _number in range(100):
        tell(user)
    assert "99+" in text(client.get(reverse("notices-bell")))


def test_opening_a_notice_reads_it_and_goes_to_its_page(client):
    user = login(client, "planner")
    with_page, without = tell(user, url="/schedule/"), tell(user)
    shown = text(client.get(reverse("notices")))
    assert shown.count("notice--unread") == 2
    assert client.post(reverse("notice", args=[with_page.pk])).url == "/schedule/"
    assert client.post(reverse("notice", args=[without.pk])).url == reverse("notices")
    assert not Notice.objects.unread().exists()


def test_all_are_read_at_once_and_the_unread_can_be_shown_alone(client):
    user = login(client, "planner")
    tell(user, subject="Old")
    client.post(reverse("notices-read"))
    tell(user, subject="New")
    shown = text(client.get(reverse("notices"), {"show": "unread"}))
    assert ("New" in shown, "Old" in shown) == (True, False)
    client.post(reverse("notices-read"))
    assert "Everything is read" in text(client.get(reverse("notices"), {"show": "unread"}))


def test_nobody_opens_anothers_notice(client):
    notice = tell(make_user("agent"))
    login(client, "admin")
    assert client.post(reverse("notice", args=[notice.pk])).status_code == 404
    assert "No notices yet" in text(client.get(reverse("notices")))


def test_whoever_only_works_shifts_stays_in_the_portals_frame(client):
    login(client, "agent", agent=make_agent())
    shown = text(client.get(reverse("notices")))
    assert "portal-bar" in shown
    assert 'id="bell"' in shown
    assert 'class="rail"' not in shown


def test_choices_are_kept_and_shown_again(client):
    user = login(client, "agent", agent=make_agent())
    url = reverse("notice-choices")
    answer = client.post(
        url,
        {
            "news-by_email": "on",
            "news-on_page": "on",
            "quiet_from": "22:00",
            "quiet_until": "07:00",
        },
    )
    assert answer.status_code == 302
    choice = NoticeChoice.objects.get(user=user, family="news")
    assert (choice.on_page, choice.by_email, choice.by_webhook) == (True, True, False)
    assert not NoticeChoice.objects.get(user=user, family="request").on_page
    quiet = QuietHours.objects.get(user=user)
    assert (quiet.from_minute, quiet.until_minute) == (1320, 420)
    shown = text(client.get(url))
    assert 'value="22:00"' in shown
    assert re.search(r'name="news-by_email"[^>]*checked', shown)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"quiet_from": "22:00"}, "both a beginning and an end"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "different times"),
    ],
)
def test_quiet_hours_without_sense_are_told_beside_the_field(client, given, sentence):
    login(client, "planner")
    assert sentence in text(client.post(reverse("notice-choices"), given))
    assert not QuietHours.objects.exists()


# -- news -----------------------------------------------------------------------------------------


def test_news_is_read_and_acknowledged_where_it_is_shown(client):
    entry = make_news(title="Headsets", body="Clean <b>them</b>.", needs_acknowledgement=True)
    login(client, "agent", agent=make_agent())
    shown = text(client.get(reverse("news")))
    assert "Clean &lt;b&gt;them&lt;/b&gt;." in shown
    assert "I have read this" in shown
    url = reverse("news-acknowledge", args=[entry.pk])
    assert client.post(url, {"version": "1", "next": "//evil.example/"}).url == reverse("news")
    assert "You acknowledged this" in text(client.get(reverse("news")))
    refused = client.post(url, {"version": "x", "next": "/"}, follow=False)
    assert refused.url == "/"


def test_what_cannot_be_acknowledged_says_why(client):
    login(client, "agent", agent=make_agent())
    answer = client.post(reverse("news-acknowledge", args=[1]), {"version": "1"}, follow=True)
    assert "no longer shown to you" in text(answer)
    assert "No news" in text(client.get(reverse("news")))


def test_today_shows_what_is_new(client):
    for number in range(5):
        make_news(title=f"News {number}")
    login(client, "planner")
    shown = text(client.get("/"))
    assert shown.count('class="news"') == 3
    assert "2 more" in shown


def news_input(**changes):
    given = {
        "kind": "POLICY", "title": "Breaks", "body": "New rules.", "audience": "EVERYONE",
        "starts_at": "2026-03-02T09:00", "needs_acknowledgement": "on",
    }  # fmt: skip
    return given | changes


def test_a_policy_is_written_changed_and_withdrawn(client):
    login(client, "planner", timezone="Asia/Shanghai")
    client.post(reverse("news-entry-new"), news_input())
    entry = NewsEntry.objects.get()
    assert entry.starts_at.isoformat() == "2026-03-02T01:00:00+00:00"  # as the writer's clock says
    page = text(client.get(reverse("news-entry", args=[entry.pk])))
    assert "Who has acknowledged" in page
    edit = reverse("news-entry-edit", args=[entry.pk])
    assert "Breaks" in text(client.get(edit))
    client.post(edit, news_input(body="Newer rules.", asks_again="on"))
    entry.refresh_from_db()
    assert (entry.number, entry.asks_from_number) == (2, 2)
    act = reverse("news-entry-act", args=[entry.pk])
    assert "reminded" in text(client.post(act, {"act": "remind"}, follow=True))
    assert "within the last hour" in text(client.post(act, {"act": "remind"}, follow=True))
    client.post(act, {"act": "withdraw"})
    assert not NewsEntry.objects.current(at=now() + timedelta(seconds=1)).exists()
    assert "Breaks" in text(client.get(reverse("news-entries")))


def test_a_wrong_entry_is_told_beside_its_field(client):
    login(client, "planner")
    wrong = news_input(audience="TEAM")
    assert "Choose for whom it is" in text(client.post(reverse("news-entry-new"), wrong))
    entry = make_news()
    edit = reverse("news-entry-edit", args=[entry.pk])
    assert "Choose for whom it is" in text(client.post(edit, wrong))


def test_a_planner_of_one_team_does_not_find_anothers_entry(client):
    entry = make_news(audience="TEAM", team=make_team())
    login(client, "planner", team=make_team())
    assert client.get(reverse("news-entry", args=[entry.pk])).status_code == 404
    assert "Nothing written yet" in text(client.get(reverse("news-entries")))


def test_links_are_added_changed_and_deleted(client):
    login(client, "planner")
    code = make_activity_code()
    url = reverse("knowledge-links")
    given = {
        "title": "Returns",
        "url": "https://wiki.example/r",
        "activity_code": code.pk,
        "place": 1,
    }
    client.post(url, given)
    link = KnowledgeLink.objects.get()
    edit = reverse("knowledge-link-edit", args=[link.pk])
    assert "Change the link" in text(client.get(edit))
    client.post(edit, given | {"title": "Refunds"})
    assert "Refunds" in text(client.get(url))
    refused = text(client.post(url, given | {"activity_code": ""}))
    assert "Choose an activity, a queue or both" in refused
    client.post(reverse("knowledge-link-delete", args=[link.pk]))
    assert "No links yet" in text(client.get(url))


def test_links_of_what_is_done_now_are_shown_by_a_tag(rf):
    from django.template import Context, Template  # noqa: PLC0415 - only here

    code = make_activity_code()
    make_link(title="Returns", activity_code=code)
    request = rf.get("/")
    request.user = make_user("agent", agent=make_agent())
    template = Template(
        "{% load integration %}{% knowledge_links activity_code=code queue=queue %}"
    )
    shown = template.render(Context({"request": request, "code": code, "queue": None}))
    assert ">Returns</a>" in shown
    assert "<nav" not in template.render(Context({"request": request, "code": None}))


# -- webhooks -------------------------------------------------------------------------------------


def test_a_webhook_is_made_and_its_secret_shown_once(client):
    admin = login(client, "admin")
    assert "No webhooks yet" in text(client.get(reverse("webhooks")))
    answer = client.post(
        reverse("webhook-new"),
        {"name": "Chat", "url": "https://receiver.example/hook", "families": ["schedule.*"]},
    )
    secret = re.search(r"whsec_[\w+/=]+", text(answer))[0]
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.owner, endpoint.kinds) == (admin, ["schedule.*"])
    assert "no-store" in answer["Cache-Control"]
    for url in (reverse("webhooks"), reverse("webhook", args=[endpoint.pk])):
        shown = text(client.get(url))
        assert secret not in shown
        assert "Chat" in shown
    assert secret not in str(vars(endpoint).values())


def test_a_webhook_to_an_address_inside_is_refused_beside_the_field(client):
    login(client, "admin")
    given = {"name": "Inside", "url": "https://10.0.0.1/"}
    shown = text(client.post(reverse("webhook-new"), given))
    assert "not on the open internet" in shown
    assert "WFM_WEBHOOK_ALLOWED_HOSTS" in shown


def act(client, endpoint, name):
    return client.post(reverse("webhook-act", args=[endpoint.pk]), {"act": name}, follow=True)


def test_a_webhook_is_tried_switched_off_and_on_and_deleted(client):
    login(client, "admin")
    endpoint = make_webhook(name="Chat")
    assert "sent within seconds" in text(act(client, endpoint, "test"))
    WebhookDelivery.objects.update(status=DeliveryStatus.DEAD)
    assert "2 deliveries are sent again" in text(act(client, endpoint, "replay"))
    assert "The webhook is off" in text(act(client, endpoint, "disable"))
    for name in ("test", "replay"):
        assert "switch it on first" in text(act(client, endpoint, name))
    assert "Switched off on" in text(client.get(reverse("webhook", args=[endpoint.pk])))
    assert "The webhook is on" in text(act(client, endpoint, "enable"))
    before = endpoint.secret_sha256
    renewed = act(client, endpoint, "rotate")
    assert "whsec_" in text(renewed)
    assert "signed with the old secret too" in text(renewed)
    endpoint.refresh_from_db()
    assert endpoint.secret_sha256 != before
    assert act(client, endpoint, "nonsense").status_code == 404
    assert "is deleted" in text(act(client, endpoint, "delete"))


def test_a_webhook_is_changed_and_keeps_kinds_that_were_set_by_rest(client):
    login(client, "admin")
    endpoint = make_webhook(kinds=("schedule.published",))
    url = reverse("webhook-edit", args=[endpoint.pk])
    assert "schedule.published" in text(client.get(url))
    given = {"name": "New name", "url": endpoint.url, "families": ["schedule.published", "news.*"]}
    client.post(url, given)
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.kinds) == ("New name", ["news.*", "schedule.published"])
    assert "Use https" in text(client.post(url, given | {"url": "http://x.example/"}))


def test_deliveries_are_shown_by_status_and_sent_again(client):
    login(client, "admin")
    endpoint = make_webhook()
    delivery = endpoint.deliveries.get()
    WebhookDelivery.objects.update(status=DeliveryStatus.DEAD, error="It answered 500.")
    url = reverse("webhook", args=[endpoint.pk])
    assert "It answered 500." in text(client.get(url, {"status": "DEAD"}))
    fragment = text(client.get(url, {"status": "DELIVERED"}, headers={"HX-Request": "true"}))
    assert "Nothing delivered" in fragment
    assert "<html" not in fragment
    replay = reverse("webhook-delivery-replay", args=[delivery.pk])
    assert "sent again within seconds" in text(client.post(replay, follow=True))
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.PENDING
    act(client, endpoint, "disable")
    assert "switch it on first" in text(client.post(replay, follow=True))


def test_whoever_only_sees_webhooks_changes_none(client):
    endpoint = make_webhook()
    login(client, "planner")
    shown = text(client.get(reverse("webhook", args=[endpoint.pk])))
    assert "Delete the webhook" not in shown
    assert act(client, endpoint, "delete").status_code == 403
    assert client.get(reverse("webhook-new")).status_code == 403


def test_a_planner_of_one_client_does_not_find_anothers_webhook(client):
    endpoint = make_webhook(client=make_client())
    login(client, "planner", client=make_client())
    assert client.get(reverse("webhook", args=[endpoint.pk])).status_code == 404
    assert "No webhooks yet" in text(client.get(reverse("webhooks")))


def test_an_agent_sees_no_settings(client):
    login(client, "agent", agent=make_agent())
    for name in ("webhooks", "news-entries", "knowledge-links"):
        assert client.get(reverse(name)).status_code == 403
