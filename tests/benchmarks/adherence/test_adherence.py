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


def test_each_module_has_its_section_between_the_marks_and_others_keep_theirs(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n{frame.BEGIN}\n{frame.END}\nafter\n")
    slow = [frame.Row("speed", "2 s", wanted="≤ 1 s", is_met=False)]
    frame.write_sections(page, {"nightly": frame.table(slow)})
    frame.write_sections(page, {"exactness": frame.table([frame.Row("difference", "0")])})
    fast = [frame.Row("speed", "1 s", wanted="≤ 1 s", is_met=True)]
    frame.write_sections(page, {"nightly": frame.table(fast)})
    text = page.read_text()
    assert "| speed | ≤ 1 s | 1 s | met |" in text
    assert "2 s" not in text
    assert text.index("### exactness") < text.index("| difference |") < text.index("### nightly")
    assert text.startswith("# Title\n")
    assert text.endswith("\nafter\n")


def test_a_page_without_marks_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="Expected the marks"):
        frame.write_sections(page, {"nightly": "x"})
