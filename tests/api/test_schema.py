"""The OpenAPI document: valid, complete, and every operation keeps its promises.

Every test below walks the document, so that a new endpoint is covered on the day it appears.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import resolve
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from tests.factories import org
from tests.factories.reporting import make_clause, make_interval, make_item, make_key, make_result
from wfm.org.access import ALL_PERMISSIONS, BUILTIN_ROLES
from wfm.org.tenancy import system_tenant

SECRET = "Zebrafinch"  # every name of the other client holds it
MISSING_ID = 999_999_999
UNSAFE = ("post", "put", "patch", "delete")
CLIENT_ROLES = ("client",)
READ_ONLY_ROLES = ("finance", "hr", "client", "agent")


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    parameters: tuple[str, ...]
    permission: str | None

    def url(self, **values: object) -> str:
        """The path with its parameters filled in; an id that is not given does not exist."""
        url = self.path
        for name in self.path_names:
            url = url.replace(f"{{{name}}}", str(values.get(name, MISSING_ID)))
        return url

    @property
    def path_names(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations() -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            names = tuple(item["name"] for item in described.get("parameters", []))
            yield Operation(method, path, names, _permission(path, method))


def _permission(path: str, method: str) -> str | None:
    view = resolve(_concrete(path)).func
    cls = getattr(view, "cls", None) or view.view_class
    required = getattr(cls, "required_permission", None)
    if isinstance(required, dict):
        return required.get(method.upper())
    return required


def _concrete(path: str) -> str:
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))


def permissions_of(name):
    if name == "key":
        return {"sla.view", "metric.view"}
    return {role.key: role.permissions for role in BUILTIN_ROLES}[name]


def model_of(operation):
    view = resolve(_concrete(operation.path)).func
    queryset = getattr(getattr(view, "cls", None), "queryset", None)
    return None if queryset is None else queryset.model


def belongs_to_a_client(operation):
    model = model_of(operation)
    if model is None:
        return False
    names = {field.name for field in model._meta.get_fields()}
    return model._meta.model_name == "client" or bool(names & {"client", "queue"})


OPERATIONS = list(operations())
READS = [item for item in OPERATIONS if item.method == "get"]
WRITES = [item for item in OPERATIONS if item.method in UNSAFE]


def of(items):
    return pytest.mark.parametrize("operation", items, ids=str)


# -- the document ---------------------------------------------------------------------------------


def test_document_is_valid_without_a_warning(capsys):
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
    assert set(json.loads(answer.content)["paths"]) == {item.path for item in OPERATIONS}


def test_every_room_is_in_it():
    assert len(OPERATIONS) >= 30
    assert {"/api/v1/sla/results/", "/api/v1/jobs/{id}/", "/api/v1/queues/"} <= {
        item.path for item in OPERATIONS
    }


@of(OPERATIONS)
def test_operation_names_its_permission_and_its_summary(operation):
    described = document()["paths"][operation.path][operation.method]
    assert operation.permission in ALL_PERMISSIONS
    assert described.get("summary") or described.get("description"), "say what it does"
    assert described["security"], "no operation is open"
    answers = set(described["responses"])
    assert {"401", "403"} <= answers
    assert answers & {"200", "201", "202", "204"}


def test_every_error_answer_has_the_one_shape():
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            for status, answer in described["responses"].items():
                if int(status) >= 400:
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorResponse"}, (path, method)


# -- who may call what ----------------------------------------------------------------------------


@pytest.fixture
def callers(db):
    """Tell for each name an API client: a role, or a client's key."""
    made = {}

    def caller(name):
        if name not in made:
            made[name] = APIClient(raise_request_exception=True)
            with system_tenant():
                if name == "key":
                    text = make_key(client=org.make_client(name="Own", key="own")).text
                    made[name].credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
                elif name != "nobody":
                    scope = {"client": org.make_client()} if name in CLIENT_ROLES else {}
                    made[name].force_login(org.make_user(name, **scope))
        return made[name]

    return caller


def call(api, operation, **values):
    return getattr(api, operation.method)(operation.url(**values), {}, format="json")


@of(OPERATIONS)
def test_without_key_or_session_it_is_401(operation, callers):
    answer = call(callers("nobody"), operation)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "role", ["key", *[role.key for role in BUILTIN_ROLES if role.key != "admin"]]
)
@of(OPERATIONS)
def test_it_is_403_exactly_where_the_permission_is_missing(operation, role, callers):
    answer = call(callers(role), operation)
    if operation.permission in permissions_of(role):
        assert answer.status_code not in {401, 403}, answer.content
        assert answer.status_code < 500
    else:
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "permission_denied"


@pytest.mark.parametrize(
    ("operation", "role"),
    [
        pytest.param(operation, role, id=f"{role} {operation}")
        for operation in WRITES
        for role in READ_ONLY_ROLES
        if operation.permission not in permissions_of(role)
    ],
)
def test_roles_that_only_read_write_nothing(operation, role, callers):
    before = row_counts()
    assert call(callers(role), operation).status_code == 403
    assert row_counts() == before


def row_counts():
    """Rows of every table of ours but sessions and the people that callers are."""
    ours = {
        "org",
        "jobs",
        "integration",
        "forecasting",
        "staffing",
        "scheduling",
        "adherence",
        "reporting",
    }
    skipped = {
        "User",
        "UserEvent",
        "Role",
        "RoleEvent",
        "RoleGrant",
        "RoleGrantEvent",
        "Client",
        "ClientEvent",
    }
    with system_tenant():
        return {
            model.__name__: model._default_manager.count()
            for model in apps.get_models()
            if model._meta.app_label in ours and model.__name__ not in skipped
        }


# -- another client's rows ------------------------------------------------------------------------


@pytest.fixture
def foreign(db):
    """Ids of a whole other client's rows, by name of parameter; all names hold the secret."""
    with system_tenant():
        client = org.make_client(name=f"{SECRET} Inc", key="zebrafinch-inc")
        site = org.make_site(name=f"{SECRET} site")
        team = org.make_team(name=f"{SECRET} team", site=site)
        skill = org.make_skill(name=f"{SECRET} skill")
        queue = org.make_queue(client=client, site=site, skill=skill, name=f"{SECRET} voice")
        deferred = org.make_deferred_queue(client=client, name=f"{SECRET} mail")
        org.make_goal(queue)
        agent = org.make_agent(name=f"{SECRET} Ann", team=team, skills=[skill])
        clause = make_clause(queue)
        make_interval(queue, "2026-03-02T09:00")
        make_item(deferred, due_at="2026-03-02T09:00")
        make_result(queue, clause=clause, starts_on=date(2026, 3, 2))
        return {
            "client": client.pk,
            "site": site.pk,
            "team": team.pk,
            "queue": queue.pk,
            "agent": agent.pk,
        }


@of(READS)
def test_a_clients_key_reads_nothing_of_another_client(operation, callers, foreign):
    api = callers("key")
    assert SECRET.lower() not in api.get(operation.url()).content.decode().lower()
    for pk in foreign_ids(operation):
        answer = api.get(operation.url(**dict.fromkeys(operation.path_names, pk)))
        assert answer.status_code in {403, 404}
        assert SECRET.lower() not in answer.content.decode().lower()


@of(READS)
def test_foreign_filters_answer_like_ids_that_do_not_exist(operation, callers, foreign):
    api = callers("key")
    for name, pk in foreign.items():
        if name in operation.parameters:
            asked = api.get(operation.url(), {name: pk})
            missing = api.get(operation.url(), {name: MISSING_ID})
            assert (asked.status_code, asked.content) == (missing.status_code, missing.content)


@of(READS)
def test_a_planner_of_one_client_reads_nothing_of_another(operation, db, foreign):
    with system_tenant():
        user = org.make_user("planner", client=org.make_client(name="Own", key="own"))
    api = APIClient()
    api.force_login(user)
    shown = api.get(operation.url()).content.decode().lower()
    for word in (f"{SECRET} inc", f"{SECRET} voice", f"{SECRET} mail"):
        assert word.lower() not in shown


@of([item for item in OPERATIONS if item.path_names == ["id"] and belongs_to_a_client(item)])
def test_foreign_id_is_404_for_whoever_may_call_it(operation, db, foreign):
    """All methods, for a planner who is limited to another client."""
    model = model_of(operation)
    with system_tenant():
        user = org.make_user("admin")
        user.role_grants.update(client=org.make_client(name="Own", key="own"))
        ids = list(model._default_manager.values_list("pk", flat=True))
    api = APIClient()
    api.force_login(user)
    with system_tenant():
        own = set(model._default_manager.visible_to(user).values_list("pk", flat=True))
    for pk in set(ids) - own:
        assert call(api, operation, id=pk).status_code == 404


def foreign_ids(operation):
    model = model_of(operation)
    if model is None or not operation.path_names:
        return []
    with system_tenant():
        rows = model._default_manager.all()
        if model._meta.model_name == "client":
            rows = rows.exclude(key="own")
        return list(rows.values_list("pk", flat=True)[:50])


def test_the_other_clients_rows_are_there_to_be_seen(callers, foreign):
    """Otherwise the tests above would prove nothing."""
    with system_tenant():
        user = org.make_user("admin")
    api = APIClient()
    api.force_login(user)
    seen = {
        operation.path
        for operation in READS
        if SECRET.lower() in api.get(operation.url()).content.decode().lower()
    }
    assert {
        "/api/v1/clients/",
        "/api/v1/queues/",
        "/api/v1/agents/",
        "/api/v1/teams/",
        "/api/v1/sites/",
        "/api/v1/sla/results/",
        "/api/v1/sla/intervals/",
    } <= seen
