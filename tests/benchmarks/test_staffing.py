"""The staffing benchmark in small: it runs, its peers agree, and arrays beat the loop."""

from tests.benchmarks import staffing


def test_the_core_agrees_with_the_scalar_loop_and_is_faster():
    figures = staffing.run(2_000)
    for figure in figures:
        print(figure)  # noqa: T201 - `make bench` shows the figures
    by_name = {figure.name: figure for figure in figures}
    ours = by_name["Erlang C requirement"].per_second
    assert ours > 3 * by_name["Erlang C requirement, scalar loop"].per_second
