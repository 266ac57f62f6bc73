"""Excusing a whole team on the pages: form, preview, saving, withdrawal."""

import re
from datetime import date, datetime, time, timedelta

import pytest
import time_machine

from adherence.forms_group import GroupExceptionForm, initial_stretch
from adherence.models import AdherenceException, GroupException
from tests.factories.adherence import make_shift
from tests.factories.org import make_agent, make_queue, make_site, make_team, make_user

pytestmark = pytest.mark.django_db
PAGE = "/adherence/exceptions/group/"


@pytest.fixture(autouse=True)
def _at_two(centre):
    with time_machine.travel(centre.start + timedelta(hours=5), tick=False):
        yield


@pytest.fixture
def lead(centre, client):
    client.force_login(centre.lead)
    return client


def form(centre, **changes):
    return {
        "people": f"team-{centre.team.pk}",
        "day": "2026-11-18",
        "starts": "10:00",
        "ends": "10:30",
        "reason": "Fire drill",
        "act": "preview",
    } | changes


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def looked_at(answer):
    return re.search(r'name="looked_at" value="([^"]+)"', answer.content.decode())[1]


def save(lead, centre, **changes):
    seen = looked_at(lead.post(PAGE, form(centre, **changes)))
    return lead.post(
        PAGE, form(centre, **changes) | {"act": "save", "looked_at": seen}, follow=True
    )


def test_preview_save_and_withdraw_the_lot(centre, lead):
    make_agent(team=centre.team)
    answer = lead.post(PAGE, form(centre))
    words = "2 people; 1 at work, 0 of them already excused; 1 not at work then"
    assert words in text_of(answer)
    assert not AdherenceException.objects.exists()
    answer = save(lead, centre)
    group = GroupException.objects.get()
    assert answer.redirect_chain[-1][0] == f"{PAGE}{group.pk}/"
    assert "1 person is excused; 1 were not at work then." in text_of(answer)
    assert centre.agent.name in text_of(answer)
    assert "Withdraw for all" in text_of(answer)
    answer = lead.post(f"{PAGE}{group.pk}/withdraw/", follow=True)
    assert "Withdrawn for 1 person" in text_of(answer)
    assert "Withdraw for all" not in text_of(answer)
    again = lead.get(f"{PAGE}?{answer.context['again_query']}").content.decode()
    for shown in ("2026-11-18", "10:00", "10:30", "Fire drill"):
        assert f'value="{shown}"' in again
    assert AdherenceException.objects.get().status == "DECLINED"
    answer = lead.post(f"{PAGE}{group.pk}/withdraw/", follow=True)
    assert "This has been withdrawn before." in text_of(answer)


def test_what_is_saved_is_what_was_looked_at(centre, lead):
    """Another time than the one shown is shown first."""
    seen = looked_at(lead.post(PAGE, form(centre)))
    answer = lead.post(PAGE, form(centre, ends="11:00", act="save", looked_at=seen))
    assert looked_at(answer) != seen
    assert not AdherenceException.objects.exists()


def test_some_of_a_team(centre, lead):
    other = make_agent(team=centre.team)
    start = centre.start
    make_shift(other, (start, start + timedelta(hours=8), centre.codes["work"]))
    answer = lead.post(PAGE, form(centre))
    assert answer.content.decode().count('name="agent"') == 2
    data = form(centre, act="save", looked_at=looked_at(answer), is_listed="1")
    again = lead.post(PAGE, data | {"act": "preview", "agent": [other.pk]})
    assert again.content.decode().count("checked") == 1
    assert "Nobody is ticked" in text_of(lead.post(PAGE, data))
    lead.post(PAGE, data | {"agent": [other.pk]})
    assert AdherenceException.objects.get().agent == other


def test_who_is_alone_nobody_and_who_is_excused(centre, lead):
    save(lead, centre)
    answer = lead.post(PAGE, form(centre))
    assert "There is nobody to excuse" in text_of(answer)
    answer = save(lead, centre)
    assert "1 person is excused already" in text_of(answer)


def test_oneself_is_named_as_left_out(centre, lead):
    centre.lead.agent = make_agent(team=centre.team)
    centre.lead.save()
    assert "You are one of them" in text_of(lead.post(PAGE, form(centre)))


def test_the_form_takes_over_what_the_list_is_limited_to(centre, lead):
    page = lead.get(f"/adherence/?team={centre.team.pk}").content.decode()
    assert f'href="{PAGE}?team={centre.team.pk}"' in page
    opened = lead.get(f"{PAGE}?team={centre.team.pk}").content.decode()
    assert f'<option value="team-{centre.team.pk}" selected>' in opened
    queue, site = make_queue(), centre.team.site
    assert (
        f"queue-{queue.pk}&quot; selected".replace("&quot;", '"')
        in lead.get(f"{PAGE}?queue={queue.pk}&team={centre.team.pk}").content.decode()
    )
    assert f'"site-{site.pk}" selected' in lead.get(f"{PAGE}?site={site.pk}").content.decode()


def test_teams_out_of_scope_are_not_offered(centre, lead):
    foreign = centre.stranger.assignments.get().team
    page = lead.get(PAGE).content.decode()
    assert f'"team-{centre.team.pk}"' in page
    assert f'"team-{foreign.pk}"' not in page
    assert f'"site-{foreign.site_id}"' not in page
    answer = lead.post(PAGE, form(centre, people=f"team-{foreign.pk}"))
    assert "Select a valid choice" in text_of(answer)
    group = GroupException.objects.create(
        scope="TEAM", starts_at=centre.start, ends_at=centre.start + timedelta(hours=1),
        timezone="UTC", reason="Theirs", created_at=centre.start,
    )  # fmt: skip
    assert lead.get(f"{PAGE}{group.pk}/").status_code == 404
    assert lead.post(f"{PAGE}{group.pk}/withdraw/").status_code == 404


def test_who_may_not_approve_is_offered_nothing(centre, client):
    client.force_login(make_user("hr"))
    assert "Excuse a whole team" not in text_of(client.get("/adherence/explained/"))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, form(centre)).status_code == 403


def test_the_list_shows_a_lot_as_one_line(centre, lead):
    save(lead, centre)
    answer = lead.get("/adherence/explained/")
    assert centre.team.name in text_of(answer)
    assert [row.people for row in answer.context["groups"]] == [1]
    assert list(answer.context["decided"]) == []


def test_a_refusal_stands_in_the_form(centre, lead):
    answer = lead.post(PAGE, form(centre, day="2026-05-18"))
    assert "no longer kept" in text_of(answer)
    assert "Give a reason" in text_of(lead.post(PAGE, form(centre, reason="")))
    assert "Select a valid" in text_of(lead.post(PAGE, form(centre, people="team-x")))


# -- the clock of the site ----------------------------------------------------------------------------


@pytest.fixture
def zurich(centre):
    team = make_team(site=make_site(name="Zürich", timezone="Europe/Zurich"))

    def filled(day, starts, ends, **more):
        data = {"people": f"team-{team.pk}", "day": day, "starts": starts, "ends": ends}
        return GroupExceptionForm(data | {"reason": "Fire drill"} | more, principal=centre.planner)

    return filled


@pytest.mark.parametrize(
    ("day", "starts", "ends", "more", "expected"),
    [
        ("2026-11-18", "10:00", "10:30", {}, ("2026-11-18T09:00", "2026-11-18T09:30")),
        ("2026-07-18", "10:00", "10:30", {}, ("2026-07-18T08:00", "2026-07-18T08:30")),
        ("2026-11-18", "22:00", "06:00", {}, ("2026-11-18T21:00", "2026-11-19T05:00")),
        # The night that is an hour longer, and the one that is an hour shorter.
        ("2026-10-24", "22:00", "06:00", {}, ("2026-10-24T20:00", "2026-10-25T05:00")),
        ("2026-03-28", "22:00", "06:00", {}, ("2026-03-28T21:00", "2026-03-29T04:00")),
        # Within the hour that comes twice.
        (
            "2026-10-25", "02:15", "02:45", {"starts_which": "first", "ends_which": "first"},
            ("2026-10-25T00:15", "2026-10-25T00:45"),
        ),
        (
            "2026-10-25", "02:15", "02:45", {"starts_which": "second"},
            ("2026-10-25T01:15", "2026-10-25T01:45"),
        ),
        # Later, and yet the clock reads earlier.
        (
            "2026-10-25", "02:45", "02:15", {"starts_which": "first"},
            ("2026-10-25T00:45", "2026-10-25T01:15"),
        ),
    ],
)  # fmt: skip
def test_times_are_on_the_sites_clock(zurich, day, starts, ends, more, expected):
    found = zurich(day, starts, ends, **more)
    assert found.is_valid(), found.errors
    ask = found.ask
    assert (ask.starts_at.isoformat()[:16], ask.ends_at.isoformat()[:16]) == expected
    assert found.timezone == "Europe/Zurich"


def test_an_hour_that_comes_twice_is_asked_for(zurich):
    found = zurich("2026-10-25", "02:15", "03:30")
    assert "twice on" in found.errors["starts_which"][0]
    shown = str(found["starts_which"])
    assert 'type="radio"' in shown
    assert "UTC+02" in shown
    assert "UTC+01" in shown
    found = zurich("2026-10-25", "01:45", "02:15")
    assert "twice on" in found.errors["ends_which"][0]


def test_an_hour_that_does_not_exist_is_refused(zurich):
    found = zurich("2026-03-29", "02:30", "04:00")
    assert "02:30 does not exist" in found.errors["starts"][0]
    found = zurich("2026-03-29", "01:30", "02:30")
    assert "02:30 does not exist" in found.errors["ends"][0]


def test_the_form_begins_with_the_last_half_hour():
    at = datetime.fromisoformat("2026-11-18T23:17:00+00:00")
    assert initial_stretch(at, "Europe/Zurich") == {
        "day": date(2026, 11, 18),
        "starts": time(23, 45),
        "ends": time(0, 15),
    }
