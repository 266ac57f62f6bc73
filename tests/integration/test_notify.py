"""Notices: written with what they tell, sent when the person may be disturbed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from tests.factories.org import make_client, make_user
from wfm.integration.families import family_of
from wfm.integration.models import Change, MailState, Notice
from wfm.integration.quiet import end_of_quiet
from wfm.integration.services import notify
from wfm.integration.services.choices import Channels, save_choices
from wfm.integration.services.clearing import clear_integration
from wfm.integration.services.mail import send_due_notices
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


def tell(*users, kind="request.decided", subject="Granted", body="", url="", at=NOON):
    with system_tenant():
        return notify(
            user_ids=[user.pk for user in users],
            kind=kind,
            subject=subject,
            body=body,
            url=url,
            at=at,
        )


def choose(user, family="request", quiet=None, **channels):
    defaults = {"on_page": True, "by_email": False, "by_webhook": False}
    with system_tenant():
        save_choices(
            user=user, channels={family: Channels(**defaults | channels)}, quiet_minutes=quiet
        )


@pytest.fixture
def ann():
    with system_tenant():
        return make_user("agent", display_name="Ann", email="ann@example.com")


def states():
    with system_tenant():
        return list(Notice.objects.order_by("pk").values_list("mail_state", flat=True))


def test_each_person_gets_one_notice(ann):
    with system_tenant():
        ben = make_user("agent")
    notices = tell(ann, ben, ann, subject="Granted", body="Friday", url="/portal/")
    assert [(notice.user, notice.subject, notice.url) for notice in notices] == [
        (ann, "Granted", "/portal/"),
        (ben, "Granted", "/portal/"),
    ]


def test_a_closed_account_gets_none(ann):
    ann.is_active = False
    with system_tenant():
        ann.save(update_fields=["is_active"])
    assert tell(ann) == []


def test_lazy_words_are_written_in_each_persons_language(ann):
    with system_tenant():
        wang = make_user("agent", language="zh-hans")
    english, chinese = tell(ann, wang, subject=format_lazy("{}: 1", gettext_lazy("Schedule")))
    assert (english.subject, chinese.subject) == ("Schedule: 1", "排班: 1")


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "x", "/" + "a" * 300])
def test_a_link_leads_to_our_own_pages_only(ann, url):
    with pytest.raises(ValueError, match="a page of ours"):
        tell(ann, url=url)


def test_a_notice_is_undone_with_what_it_tells(ann):
    with system_tenant(), transaction.atomic():
        notify(user_ids=[ann.pk], kind="request.decided", subject="x", body="", at=NOON)
        transaction.set_rollback(True)
    assert states() == []


def test_a_client_can_cause_a_notice_to_our_people(ann):
    with system_tenant():
        client = make_client()
        stranger = make_user("client", client=client)
    with tenant(stranger.access):
        notify(user_ids=[ann.pk], kind="report.comment", subject="A comment", body="", at=NOON)
        assert not Notice.objects.exists()
    assert len(states()) == 1


def test_a_clients_person_reads_their_own_notices_under_row_level_security(ann):
    with system_tenant():
        person = make_user("client", client=make_client())
    tell(person, ann, kind="report.ready")
    with tenant(person.access):
        assert [notice.user for notice in Notice.objects.all()] == [person]
        assert Notice.objects.visible_to(person).count() == 1


def test_families_know_their_kinds():
    assert family_of("schedule.published").key == "schedule"
    assert family_of("nonsense.of.a.kind").key == "other"


# -- e-mail ---------------------------------------------------------------------------------------


def test_an_email_follows_after_the_gathering_time(ann, settings):
    settings.PUBLIC_URL = "https://wfm.example"
    tell(ann, subject="Granted", body="Friday is free.", url="/portal/")
    assert send_due_notices(at=NOON)["sent"] == 0
    assert send_due_notices(at=LATER)["sent"] == 1
    assert send_due_notices(at=LATER)["sent"] == 0
    (message,) = mail.outbox
    assert (message.subject, message.to) == ("Granted", ["ann@example.com"])
    assert "Friday is free." in message.body
    assert "https://wfm.example/portal/" in message.body
    assert states() == [MailState.SENT]


def test_what_waits_together_comes_in_one_email(ann):
    for number in range(3):
        tell(ann, subject=f"Change {number}", body="<b>&</b>")
    assert send_due_notices(at=LATER)["sent"] == 1
    (message,) = mail.outbox
    assert message.subject == "Change 0 and 2 more notices"
    assert all(f"Change {number}" in message.body for number in range(3))
    assert "<b>&</b>" in message.body


def test_two_hundred_edits_over_the_day_are_no_two_hundred_emails(ann):
    """One each minute: the first comes after 30 s, then one e-mail in ten minutes has them all."""
    for minute in range(200):
        at = NOON + timedelta(minutes=minute)
        tell(ann, subject=f"Change {minute}", at=at)
        send_due_notices(at=at + timedelta(seconds=40))
    send_due_notices(at=NOON + timedelta(minutes=215))
    assert set(states()) == {MailState.SENT}
    assert len(mail.outbox) == 21
    assert mail.outbox[0].subject == "Change 0"
    assert mail.outbox[1].subject == "Change 1 and 9 more notices"


def test_an_email_is_in_the_persons_language_and_zone(settings):
    with system_tenant():
        wang = make_user("agent", language="zh-hans", timezone="Asia/Shanghai")
    tell(wang)
    send_due_notices(at=LATER)
    assert "2026年3月2日" in mail.outbox[0].body
    assert "20:00" in mail.outbox[0].body


def test_a_mail_server_that_fails_is_tried_again_and_given_up_in_the_end(ann, monkeypatch, caplog):
    def fail(self):
        raise OSError("no mail server")

    tell(ann)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", fail)
        assert send_due_notices(at=LATER) == {"sent": 0, "failed": 1, "pushed": 0}
        assert send_due_notices(at=LATER)["failed"] == 0  # not before its time
    assert send_due_notices(at=LATER + timedelta(minutes=3))["sent"] == 1
    tell(ann, at=NOON)
    at = LATER
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", fail)
        for _number in range(12):
            send_due_notices(at=at)
            at += timedelta(days=1)
    assert states() == [MailState.SENT, MailState.FAILED]
    assert "Unable to send" in caplog.text


def test_who_wants_no_email_gets_none_and_who_wants_nothing_gets_nothing(ann):
    choose(ann, on_page=True)
    tell(ann)
    choose(ann, on_page=False)
    assert tell(ann) == []
    send_due_notices(at=LATER)
    assert (states(), mail.outbox) == ([MailState.NONE], [])


def test_email_alone_leaves_the_page_empty(ann):
    choose(ann, on_page=False, by_email=True)
    tell(ann)
    assert send_due_notices(at=LATER)["sent"] == 1
    with system_tenant():
        assert not Notice.objects.visible_to(ann).exists()


def test_the_webhook_channel_records_a_change_once(ann):
    choose(ann, by_webhook=True)
    tell(ann, subject="Granted")
    counts = [send_due_notices(at=at)["pushed"] for at in (NOON, LATER, LATER)]
    with system_tenant():
        (change,) = Change.objects.all()
    assert counts == [0, 1, 0]
    assert (change.kind, change.key) == ("notice.created", f"user:{ann.pk}")
    assert change.payload["subject"] == "Granted"


# -- quiet hours ----------------------------------------------------------------------------------


def test_outside_channels_wait_for_the_end_of_quiet_hours(ann):
    ann.timezone = "Asia/Tokyo"
    with system_tenant():
        ann.save(update_fields=["timezone"])
    choose(ann, by_email=True, quiet=(20 * 60, 7 * 60))  # it is 21:00 in Tokyo
    tell(ann, subject="First")
    tell(ann, subject="Second", at=NOON + timedelta(hours=5))
    ends = datetime(2026, 3, 2, 22, tzinfo=UTC)  # 07:00 in Tokyo
    assert send_due_notices(at=ends - timedelta(seconds=1))["sent"] == 0
    assert send_due_notices(at=ends)["sent"] == 1
    assert mail.outbox[0].subject == "First and 1 more notice"


@pytest.mark.parametrize(
    ("at", "hours", "zone", "ends"),
    [
        ("2026-03-02T12:00", (480, 720), "UTC", "2026-03-02T12:00"),  # half-open: over at noon
        ("2026-03-02T11:59", (480, 720), "UTC", "2026-03-02T12:00"),
        ("2026-03-02T23:30", (1320, 420), "UTC", "2026-03-03T07:00"),
        ("2026-03-02T06:30", (1320, 420), "UTC", "2026-03-02T07:00"),
        ("2026-03-02T21:59", (1320, 420), "UTC", "2026-03-02T21:59"),
        # 29 March 2026 has no 01:30 in London: quiet ends when the clock has passed it.
        ("2026-03-29T00:30", (0, 90), "Europe/London", "2026-03-29T01:30"),
        ("2026-03-28T23:30", (1320, 420), "Europe/London", "2026-03-29T06:00"),
        # 25 October 2026 has 01:30 twice: the first one ends it, and the second hour is quiet again.
        ("2026-10-25T00:15", (0, 90), "Europe/London", "2026-10-25T00:30"),
        ("2026-10-25T01:15", (0, 90), "Europe/London", "2026-10-25T01:30"),
        ("2026-03-02T12:00", (0, 1), "", "2026-03-02T12:00"),
    ],
)
def test_quiet_hours_end_on_the_wall_clock(at, hours, zone, ends):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = end_of_quiet(moment, from_minute=hours[0], until_minute=hours[1], timezone=zone)
    assert found == datetime.fromisoformat(ends).replace(tzinfo=UTC)


def test_old_notices_go_but_not_those_whose_email_waits(ann, settings):
    settings.NOTICE_RETENTION_DAYS = 10
    choose(ann)
    tell(ann)
    choose(ann, by_email=True)
    tell(ann)
    assert clear_integration(at=NOON + timedelta(days=11))["notices"] == 1
    assert states() == [MailState.PENDING]
