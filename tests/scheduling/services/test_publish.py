"""Publishing: one transaction, and never two shifts of a person at once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from scheduling.models import ScheduleStatus, ScheduleVersion, Shift
from scheduling.services import UnableToEdit, UnableToPublish, copy_version, publish_schedule
from scheduling.services.versions import delete_version
from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def publish(version):
    return publish_schedule(version=version, published_at=now(), published_by=None)


def test_the_database_itself_refuses_two_published_shifts_at_once():
    with system_tenant():
        agent, version = org.make_agent(), make.make_version()
        make.make_shift(
            version=version,
            agent=agent,
            starts_at=make.at(0, 8),
            ends_at=make.at(0, 16),
            published=True,
        )
        make.make_shift(
            version=version,
            agent=agent,
            starts_at=make.at(0, 16),
            ends_at=make.at(0, 20),
            published=True,
        )
        late = make.make_shift(
            version=version, agent=agent, starts_at=make.at(0, 12), ends_at=make.at(0, 18)
        )
    with pytest.raises(IntegrityError, match="published_no_overlap"), system_tenant():
        Shift.objects.filter(pk=late.pk).update(is_published=True)


def test_a_swap_inside_one_statement_is_allowed():
    with system_tenant():
        version = make.make_version()
        one, two = org.make_agent(), org.make_agent()
        a = make.make_shift(
            version=version,
            agent=one,
            starts_at=make.at(0, 8),
            ends_at=make.at(0, 16),
            published=True,
        )
        b = make.make_shift(
            version=version,
            agent=two,
            starts_at=make.at(0, 10),
            ends_at=make.at(0, 18),
            published=True,
        )
    with system_tenant():
        Shift.objects.filter(pk=a.pk).update(agent=two)
        Shift.objects.filter(pk=b.pk).update(agent=one)
    with system_tenant():
        assert Shift.objects.get(pk=a.pk).agent_id == two.pk


def test_publishing_replaces_the_same_days_and_supersedes_the_old_version():
    with system_tenant():
        agent = org.make_agent()
        old, new = make.make_version(), make.make_version()
        for version, hour in ((old, 8), (new, 9)):
            make.make_shift(
                version=version,
                agent=agent,
                starts_at=make.at(1, hour),
                ends_at=make.at(1, hour + 8),
            )
        publish(old)
        publish(new)
        old.refresh_from_db()
        assert old.status == ScheduleStatus.SUPERSEDED
        assert [s.version_id for s in Shift.objects.filter(is_published=True)] == [new.pk]


def test_a_clash_with_the_week_before_names_the_person_and_changes_nothing():
    with system_tenant():
        agent = org.make_agent(name="Dan Night")
        before = make.make_version(monday=make.MONDAY - timedelta(days=7))
        make.make_shift(
            version=before, agent=agent, starts_at=make.at(-1, 22), ends_at=make.at(0, 6)
        )
        publish(before)
        version = make.make_version()
        make.make_shift(
            version=version, agent=agent, starts_at=make.at(0, 5), ends_at=make.at(0, 13)
        )
        with pytest.raises(UnableToPublish, match="Dan Night would have two shifts at once"):
            publish(version)
        version.refresh_from_db()
        assert version.status == ScheduleStatus.DRAFT
        assert Shift.objects.filter(is_published=True).count() == 1


@pytest.mark.parametrize("state", ["empty", "published"])
def test_what_cannot_be_published_says_why(state):
    with system_tenant():
        version = make.make_version()
        if state == "published":
            make.make_shift(
                version=version,
                agent=org.make_agent(),
                starts_at=make.at(0, 8),
                ends_at=make.at(0, 16),
            )
            publish(version)
        with pytest.raises(UnableToPublish, match=r"nothing to publish|copy it to change"):
            publish(version)


def test_of_two_publications_at_once_the_loser_gets_the_reason():
    """Two planners publish overlapping weeks for the same person in the same moment."""
    with system_tenant():
        agent = org.make_agent(name="Ada Day")
        first = make.make_version()
        second = make.make_version(monday=make.MONDAY + timedelta(days=7))
        make.make_shift(version=first, agent=agent, starts_at=make.at(6, 22), ends_at=make.at(7, 6))
        make.make_shift(
            version=second, agent=agent, starts_at=make.at(7, 4), ends_at=make.at(7, 12)
        )
    barrier, outcomes = threading.Barrier(2, timeout=20), []

    def go(version):
        try:
            barrier.wait()
            with system_tenant():
                publish(version)
            outcomes.append("published")
        except UnableToPublish as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(v,)) for v in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(len(text) > len("published") for text in outcomes) == [False, True]
    assert "two shifts at once" in max(outcomes, key=len)
    with system_tenant():
        assert Shift.objects.filter(is_published=True).count() == 1


def test_a_copy_has_the_same_shifts_and_activities_and_a_draft_can_be_deleted():
    with system_tenant():
        agent, version = org.make_agent(), make.make_version()
        shift = make.make_shift(
            version=version, agent=agent, starts_at=make.at(0, 8), ends_at=make.at(0, 16)
        )
        publish(version)
        copy = copy_version(version=version, created_by=None)
        assert (copy.status, copy.based_on_id) == (ScheduleStatus.DRAFT, version.pk)
        (same,) = Shift.objects.filter(version=copy)
        assert (same.starts_at, same.is_published) == (shift.starts_at, False)
        assert same.activities.count() == 1
        with pytest.raises(UnableToEdit, match="Only a draft"), transaction.atomic():
            delete_version(version=version)
        delete_version(version=copy)
        assert not ScheduleVersion.objects.filter(pk=copy.pk).exists()
