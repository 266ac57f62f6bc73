"""The races in small."""

import pytest

from tests.benchmarks.adherence_races.contest import run_race
from tests.benchmarks.adherence_races.world import KINDS

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_is_booked_twice_and_every_loser_reads_why(redis_client):
    found = run_race(attempts=48)
    assert found.wrong == []
    assert {name: count for name, count in found.faults.items() if count} == {}
    assert {kind: found.won[kind] for kind in KINDS} == dict.fromkeys(KINDS, 3)
    assert sum(found.lost.values()) == 36
