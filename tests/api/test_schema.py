"""The OpenAPI document is valid, complete, and describes every operation alike."""

import json

from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from tests.api.operations import document, operations
from wfm.org.access import ALL_PERMISSIONS

ROOMS = ("forecasting", "staffing", "scheduling", "adherence", "sla", "metrics", "jobs", "queues")


def test_document_is_valid_without_a_warning():
    GENERATOR_STATS.reset()
    found = document()
    validate_schema(found)
    assert (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache) == ({}, {})


def test_command_that_writes_the_document_succeeds(tmp_path):
    path = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    assert path.stat().st_size > 10_000


def test_document_is_served_without_login_and_holds_the_same_paths(client, db):
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert set(json.loads(answer.content)["paths"]) == {item.path for item in operations()}


def test_every_room_is_in_it():
    assert {item.path.split("/")[3] for item in operations()} >= set(ROOMS)


def test_every_operation_names_its_permission():
    unknown = {str(item) for item in operations() if item.permission not in ALL_PERMISSIONS}
    assert unknown == set()


def test_every_operation_says_what_it_does_who_may_and_what_it_answers():
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            name = f"{method} {path}"
            assert described.get("summary") or described.get("description"), name
            assert described["security"], f"{name} is open"
            answers = set(described["responses"])
            assert {"401", "403"} <= answers, name
            assert answers & {"200", "201", "202", "204"}, name


def test_every_error_answer_has_the_one_shape():
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            for status, answer in described["responses"].items():
                if int(status) >= 400:
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorResponse"}, (path, method)
