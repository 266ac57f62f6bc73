"""Imports as a planner meets them: upload, columns, check, import."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from forecasting.models import ImportBatch, IntervalActual, WorkItem
from forecasting.services.import_files import stored_file
from tests.factories.org import make_client, make_deferred_queue, make_goal, make_queue, make_user
from tests.forecasting.rows import finish
from wfm.integration.models import SavedImportMapping
from wfm.jobs.models import JobStatus
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "queue,date,time,offered,answered,abandoned,aht"
ROWS = (
    "support,2026-01-05,09:00,10,9,1,00:04:00",
    "support,2026-01-05,09:15,12,12,0,00:03:00",
    "support,2026-01-05,09:30,0,0,0,",
)


@pytest.fixture
def queue():
    with system_tenant():
        return make_queue(key="support", name="Support", timezone="Europe/London")


def text(*rows, header=HEADER):
    return "\n".join((header, *rows)) + "\n"


def upload(page, content, *, name="calls.csv", kind="INTERVALS", queue=None):
    data = content if isinstance(content, bytes) else content.encode()
    answer = page.post(
        reverse("history-upload"),
        {"file": SimpleUploadedFile(name, data), "kind": kind, "queue": queue.pk if queue else ""},
    )
    if answer.status_code != 302:
        return answer
    with system_tenant():
        return ImportBatch.objects.latest("pk")


def form_of(page, batch, **changes):
    """The mapping form as the page offers it, with changes."""
    form = page.get(reverse("history-import", args=[batch.pk])).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    return data | changes


def check(page, batch, **changes):
    page.post(reverse("history-import-check", args=[batch.pk]), form_of(page, batch, **changes))
    return finished(batch)


def apply(page, batch):
    page.post(reverse("history-import-apply", args=[batch.pk]))
    return finished(batch)


def finished(batch):
    with system_tenant():
        batch = ImportBatch.objects.select_related("job").get(pk=batch.pk)
        job = batch.job
    if job is not None and job.status == JobStatus.QUEUED:
        job = finish(job)
        assert job.status == JobStatus.SUCCEEDED, job.error
    with system_tenant():
        return ImportBatch.objects.get(pk=batch.pk)


def recorded():
    with system_tenant():
        return list(IntervalActual.objects.order_by("starts_at"))


def findings(batch):
    with system_tenant():
        return {(item.line_number, item.code) for item in batch.findings.all()}


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_a_file_is_shown_checked_and_imported(planner, queue):
    batch = upload(planner, text(*ROWS))
    page = planner.get(reverse("history-import", args=[batch.pk]))
    assert [row["cells"][:3] for row in page.context["rows"]] == [
        ["support", "2026-01-05", "09:00"],
        ["support", "2026-01-05", "09:15"],
        ["support", "2026-01-05", "09:30"],
    ]
    checked = check(planner, batch)
    assert (checked.status, checked.inserted_count, recorded()) == ("CHECKED", 3, [])
    done = apply(planner, batch)
    assert (done.status, done.inserted_count) == ("DONE", 3)
    first, second, third = recorded()
    assert (first.offered, first.answered, first.abandoned) == (10, 9, 1)
    assert (first.starts_at, first.handle_seconds) == (utc(2026, 1, 5, 9), 9 * 240)
    assert second.handle_seconds == 12 * 180
    assert (third.offered, third.handle_seconds) == (0, 0)


def test_an_import_whose_file_is_discarded_asks_for_it_again(planner, queue):
    batch = check(planner, upload(planner, text(*ROWS)))
    stored_file(batch.stored_path).unlink()
    page = planner.get(reverse("history-import", args=[batch.pk]))
    assert "The uploaded file is no longer kept" in page.context["problem"]


def test_the_same_file_twice_changes_nothing(planner, queue):
    apply(planner, checked := upload(planner, text(*ROWS)))
    check(planner, checked)
    first = upload(planner, text(*ROWS))
    check(planner, first)
    apply(planner, first)
    before = [(row.pk, row.batch_id, row.offered) for row in recorded()]
    again = check(planner, upload(planner, text(*ROWS)))
    assert (again.status, again.unchanged_count) == ("UNCHANGED", 3)
    assert [(row.pk, row.batch_id, row.offered) for row in recorded()] == before


def test_a_corrected_file_says_how_many_rows_it_changes(planner, queue):
    first = upload(planner, text(*ROWS))
    check(planner, first)
    apply(planner, first)
    corrected = check(
        planner, upload(planner, text(ROWS[0].replace("10,9,1", "11,10,1"), *ROWS[1:]))
    )
    assert (corrected.inserted_count, corrected.changed_count, corrected.unchanged_count) == (
        0,
        1,
        2,
    )
    assert apply(planner, corrected).status == "DONE"
    assert recorded()[0].offered == 11


def test_one_error_refuses_the_whole_file_and_names_the_line(planner, queue):
    batch = check(planner, upload(planner, text(*ROWS, "support,2026-01-05,09:45,-3,0,0,")))
    assert (batch.status, batch.finding_counts, recorded()) == ("REFUSED", {"negative": 1}, [])
    assert findings(batch) == {(5, "negative")}
    page = planner.get(reverse("history-import", args=[batch.pk])).content.decode()
    assert "offered is -3; expected 0 or more." in page
    planner.post(reverse("history-import-apply", args=[batch.pk]))
    assert recorded() == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("support,2026-01-05,09:15,5,5,0,", "duplicate"),
        ("sales,2026-01-05,10:00,5,5,0,", "unknown_queue"),
        ("support,2026-02-30,10:00,5,5,0,", "unreadable_starts_at"),
        ("support,2026-01-05,25:00,5,5,0,", "unreadable_starts_at"),
        ("support,2026-01-05,10:07,5,5,0,", "off_grid"),
        ("support,2099-01-05,10:00,5,5,0,", "future"),
        ("support,2026-01-05,10:00,five,5,0,", "unreadable_offered"),
        ("support,2026-01-05,10:00,5.5,5,0,", "unreadable_offered"),
        ("support,2026-01-05,10:00,5,5,0,x:y", "unreadable_aht"),
        ("support,2026-01-05,10:00,9999999999,5,0,", "too_large"),
    ],
)
def test_bad_rows_are_errors(planner, queue, row, code):
    batch = check(planner, upload(planner, text(*ROWS, row)))
    assert (batch.status, findings(batch)) == ("REFUSED", {(5, code)})


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Total,,,22,21,1,", "total_row"),
        ("support,2026-01-05,09:45,,,,", "no_volume"),
        ("support,2025-03-30,01:30,5,5,0,", "skipped_hour"),
        ("support,2026-01-05,09:45,5,5,3,", "more_than_offered"),
    ],
)
def test_odd_rows_are_warnings(planner, queue, row, code):
    batch = check(planner, upload(planner, text(*ROWS, row)))
    assert (batch.status, findings(batch)) == ("CHECKED", {(5, code)})


def test_finer_rows_are_summed_and_partly_filled_intervals_are_missing(planner, queue):
    rows = [f"2026-01-05 09:{minute:02d},{minute}" for minute in (0, 5, 10, 15, 20, 25, 30)]
    batch = upload(planner, text(*rows, header="start,offered"), queue=queue)
    assert findings(check(planner, batch)) == {(8, "partly_filled")}
    apply(planner, batch)
    assert [row.offered for row in recorded()] == [15, 60]


def test_coarser_rows_are_refused_until_spreading_is_allowed(planner, queue):
    rows = [f"2026-01-05 {hour:02d}:00,{hour + 1}" for hour in (9, 10, 11)]
    batch = upload(planner, text(*rows, header="start,offered"), queue=queue)
    refused = check(planner, batch)
    assert (refused.status, refused.finding_counts) == ("REFUSED", {"coarser": 1})
    check(planner, batch, split_coarse="on")
    apply(planner, batch)
    assert [row.offered for row in recorded()][:4] == [3, 3, 2, 2]
    assert sum(row.offered for row in recorded()) == 33


def test_a_repeated_hour_is_two_hours(planner, queue):
    rows = [f"support,2025-10-26,{clock},{n},{n},0," for n, clock in enumerate(
        ("00:45", "01:00", "01:15", "01:30", "01:45", "01:00", "01:15", "01:30", "01:45", "02:00"), 1
    )]  # fmt: skip
    batch = upload(planner, text(*rows))
    check(planner, batch)
    apply(planner, batch)
    found = [(row.starts_at, row.offered) for row in recorded()]
    assert found[0] == (utc(2025, 10, 25, 23, 45), 1)
    assert found[1] == (utc(2025, 10, 26, 0, 0), 2)
    assert found[5] == (utc(2025, 10, 26, 1, 0), 6)
    assert found[-1] == (utc(2025, 10, 26, 2, 0), 10)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8-sig", "日期,时段,来电量,平均处理时长\n2026-01-05,09:00-09:15,7,00:03:20\n"),
        ("gb18030", "日期,时段,来电量,平均处理时长\n2026-01-05,09:00-09:15,7,00:03:20\n"),
        ("utf-16", "Date\tInterval\tCalls Offered\tAHT\n2026-01-05\t09:00-09:15\t7\t200\n"),
        ("cp1252", "Date;Interval;Calls Offered;AHT\n2026-01-05;9:00 AM;7;200,0\n"),
    ],
)
def test_encodings_delimiters_and_ranges(planner, queue, encoding, content):
    batch = upload(planner, content.encode(encoding), queue=queue)
    check(planner, batch)
    apply(planner, batch)
    assert [(row.starts_at, row.offered, row.handle_seconds) for row in recorded()] == [
        (utc(2026, 1, 5, 9), 7, 1400)
    ]


def test_ambiguous_dates_are_asked(planner, queue):
    content = text("02/01/2026 09:00,5", "02/01/2026 09:15,6", header="start,offered")
    batch = upload(planner, content, queue=queue)
    page = planner.get(reverse("history-import", args=[batch.pk])).content.decode()
    assert "Every date can be read both ways" in page
    answer = planner.post(
        reverse("history-import-check", args=[batch.pk]), form_of(planner, batch, date_order="")
    )
    assert answer.status_code == 422
    check(planner, batch, date_order="mdy")
    apply(planner, batch)
    assert recorded()[0].starts_at == utc(2026, 2, 1, 9)


def test_ambiguous_decimals_are_asked(planner, queue):
    batch = upload(planner, text('2026-01-05 09:00,"1,234"', header="start,offered"), queue=queue)
    page = planner.get(reverse("history-import", args=[batch.pk])).content.decode()
    assert "Say whether the comma in numbers marks thousands or decimals." in page
    check(planner, batch, decimal=".")
    apply(planner, batch)
    assert recorded()[0].offered == 1234


def test_columns_can_be_chosen_and_are_kept_for_the_source(planner, queue):
    content = text("x,2026-01-05 09:00,8", header="a,b,c")
    batch = upload(planner, content, queue=queue)
    lacking = planner.get(reverse("history-import", args=[batch.pk])).context["preview"].problems
    assert len(lacking) == 2
    check(planner, batch, column_starts_at="1", column_offered="2", save_as="Our switch")
    apply(planner, batch)
    assert recorded()[0].offered == 8
    with system_tenant():
        assert SavedImportMapping.objects.get().name == "Our switch"
    following = upload(planner, content.replace("09:00", "09:15"), queue=queue)
    assert following.mapping["columns"] == {"starts_at": 1, "offered": 2}


def workbook(rows):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Calls")
    stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    length = book.add_format({"num_format": "[h]:mm:ss"})
    for column, name in enumerate(("Start", "Offered", "AHT")):
        sheet.write(0, column, name)
    for line, (start, offered, seconds) in enumerate(rows, 1):
        sheet.write_datetime(line, 0, datetime.fromisoformat(start), stamp)
        sheet.write_number(line, 1, offered)
        sheet.write_number(line, 2, seconds / 86_400, length)
    book.close()
    return out.getvalue()


def test_an_excel_workbook_is_imported(planner, queue):
    content = workbook([("2026-01-05 09:00", 7, 200), ("2026-01-05 09:15", 8, 100)])
    batch = upload(planner, content, name="calls.xlsx", queue=queue)
    check(planner, batch)
    apply(planner, batch)
    assert [(row.starts_at, row.offered) for row in recorded()] == [
        (utc(2026, 1, 5, 9), 7),
        (utc(2026, 1, 5, 9, 15), 8),
    ]
    assert recorded()[0].handle_seconds == pytest.approx(1400, abs=0.1)


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 500_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (bomb, "The workbook unpacks to 477 MB"),
        (lambda: b"PK\x03\x04 broken", "The workbook is damaged"),
        (lambda: b"\xd0\xcf\x11\xe0old", "This is an old Excel file"),
        (lambda: b"  \n ", "The file is empty."),
        (lambda: b"a,b\n\0\x01\x02,3", "This is no text file"),
    ],
)
def test_what_cannot_be_a_history_is_refused_with_a_sentence(planner, queue, content, sentence):
    answer = upload(planner, content())
    assert sentence in answer.content.decode()
    with system_tenant():
        assert not ImportBatch.objects.exists()


def test_too_large_a_file_is_refused(planner, queue, monkeypatch):
    monkeypatch.setattr("forecasting.services.import_files.LARGEST_FILE_BYTES", 10)
    assert "files up to 0 MB are taken" in upload(planner, text(*ROWS)).content.decode()


def test_work_items_get_their_due_time_from_the_goal(planner):
    with system_tenant():
        claims = make_deferred_queue(key="claims", opening=((540, 1020),))
        make_goal(claims)  # 480 business minutes: one day of these hours
    content = text(
        "A-1,2026-01-05 10:00,,",
        "A-2,2026-01-05 11:00,2026-01-05 15:00,300",
        header="id,created,closed,handle time",
    )
    batch = upload(planner, content, kind="WORK_ITEMS", queue=claims)
    check(planner, batch)
    apply(planner, batch)
    with system_tenant():
        first, second = WorkItem.objects.order_by("external_id")
    assert (first.due_at, first.completed_at) == (utc(2026, 1, 6, 10), None)
    assert (second.completed_at, second.handle_seconds) == (utc(2026, 1, 5, 15), 300)
    again = check(planner, upload(planner, content, kind="WORK_ITEMS", queue=claims))
    assert (again.status, again.unchanged_count) == ("UNCHANGED", 2)


@pytest.mark.parametrize(
    ("goal", "due"),
    [
        ({"due_unit": "business_days", "due_amount": 1}, (2026, 1, 6, 17)),
        (
            {"due_unit": "business_days", "due_amount": 1, "due_cutoff_minute": 600},
            (2026, 1, 7, 17),
        ),
        ({"due_unit": "calendar_minutes", "due_amount": 1440}, (2026, 1, 6, 10)),
        ({"due_unit": "calendar_days", "due_amount": 0}, (2026, 1, 6, 0)),
    ],
)
def test_work_items_are_due_by_the_unit_and_cut_off_of_the_goal(planner, goal, due):
    with system_tenant():
        claims = make_deferred_queue(key="claims", opening=((540, 1020),))
        make_goal(claims, **goal)
    content = text("A-1,2026-01-05 10:00,,", header="id,created,closed,handle time")
    batch = upload(planner, content, kind="WORK_ITEMS", queue=claims)
    apply(planner, check(planner, batch))
    with system_tenant():
        assert WorkItem.objects.get().due_at == utc(*due)


def test_work_items_of_a_queue_that_never_opens_have_no_due_time(planner):
    with system_tenant():
        claims = make_deferred_queue(key="claims", weekdays=())
        make_goal(claims)
    content = text("A-1,2026-01-05 10:00,,", header="id,created,closed,handle time")
    batch = check(planner, upload(planner, content, kind="WORK_ITEMS", queue=claims))
    assert (batch.status, findings(batch)) == ("REFUSED", {(2, "no_due")})


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",2026-01-05 10:00,", "bad_item"),
        ("A-1,,", "bad_item"),
        ("A-1,2026-01-05 10:00,2026-01-04 10:00", "bad_item"),
        ("A-1,2099-01-05 10:00,", "bad_item"),
        ("A-1,2026-01-05 10:00,", "no_due"),
    ],
)
def test_bad_items_are_errors(planner, row, code):
    with system_tenant():
        claims = make_deferred_queue(key="claims")
    batch = check(
        planner,
        upload(planner, text(row, header="id,created,closed"), kind="WORK_ITEMS", queue=claims),
    )
    assert (batch.status, findings(batch)) == ("REFUSED", {(2, code)})


@pytest.mark.parametrize("role", ["team_lead", "agent", "client", "finance"])
def test_only_those_who_may_import_get_in(client, role):
    with system_tenant():
        limits = {"client": make_client()} if role == "client" else {}
        client.force_login(make_user(role, **limits))
    assert client.get(reverse("history-upload")).status_code == 403


def test_a_planner_of_one_client_cannot_import_into_anothers_queue(client, queue):
    with system_tenant():
        client.force_login(make_user("planner", client=make_client()))
    batch = check(client, upload(client, text(*ROWS)))
    assert (batch.status, batch.finding_counts) == ("REFUSED", {"unknown_queue": 3})
