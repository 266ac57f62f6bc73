"""The adherence benchmark; BENCH_AGENTS makes it larger (see docs/benchmarks/adherence.md)."""

import os

import pytest

from tests.benchmarks import adherence

AGENTS = int(os.environ.get("BENCH_AGENTS", "24"))


def show(figures):
    for line in figures.lines:
        print(line)  # noqa: T201 - `make bench` shows the figures
    return figures


def test_the_sweep_alone():
    assert show(adherence.sweep_alone(agents=20 * AGENTS)).lines


@pytest.mark.django_db
def test_the_sweep_beats_a_loop_over_model_instances(redis_client):
    figures = show(adherence.days_against_a_loop(agents=AGENTS, days=4))
    assert figures.cpu_ratio > 5
    assert figures.different_days == 0


@pytest.mark.django_db
def test_intake_and_live_rows(redis_client):
    assert show(adherence.intake_and_live_rows(agents=2 * AGENTS, batches=AGENTS // 8)).lines
