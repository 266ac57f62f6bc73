"""The benchmark in small: every module runs, and what must be exact is exact."""

import pytest

from tests.benchmarks.adherence import frame

OWN = ("exactness", "nightly", "restate", "live_rows")


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN)
def test_module_runs_in_small(name, redis_client):
    rows = frame.found_modules()[name](frame.Options(is_smoke=True))
    print(frame.table(rows))  # noqa: T201 - `make bench` shows the figures
    assert rows
    assert [row for row in rows if row.is_met is False] == []


def test_the_report_is_put_between_its_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n{frame.BEGIN}\nold\n{frame.END}\nafter\n")
    rows = [frame.Row("speed", "2 s", wanted="≤ 1 s", is_met=False)]
    frame.write_section(page, frame.table(rows))
    text = page.read_text()
    assert "| speed | ≤ 1 s | 2 s | **missed** |" in text
    assert "old" not in text
    assert text.startswith("# Title\n")
    assert text.endswith("\nafter\n")


def test_a_page_without_marks_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="Expected the marks"):
        frame.write_section(page, "x")
