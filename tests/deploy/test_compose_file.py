"""docker-compose.yml obeys the schema and says the same as the launcher and .env.example."""

import importlib.util
from pathlib import Path

import pytest
import yaml

from tests.deploy import compose
from wfm.launcher.services import web_services, worker_services
from wfm.launcher.state import CHECKOUT, State

VARIABLES = {
    "POSTGRES_SUPERUSER_PASSWORD": "super",
    "REDIS_PASSWORD": "redis",
    "WFM_APP_PASSWORD": "app",
    "WFM_OWNER_PASSWORD": "owner",
    "WFM_CONTACT_KEY": "contacts",
    "WFM_SECRET_KEY": "key",
}


@pytest.fixture
def services():
    return compose.load(VARIABLES)["services"]


@pytest.fixture
def violations():
    spec = importlib.util.spec_from_file_location("compose", CHECKOUT / "tools" / "compose.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.violations


def test_file_obeys_the_compose_specification(violations):
    assert violations(yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())) == []


@pytest.mark.parametrize(
    ("service", "place"),
    [
        ({"image": "x", "comand": ["y"]}, "services.web"),
        ({"image": "x", "ports": "8000:8000"}, "services.web.ports"),
        ({"image": "x", "depends_on": {"db": {"condition": "ready"}}}, "services.web.depends_on"),
    ],
)
def test_schema_finds_mistakes(violations, service, place):
    assert any(text.startswith(place) for text in violations({"services": {"web": service}}))


@pytest.mark.parametrize("missing", sorted(VARIABLES))
def test_secrets_have_no_default(missing):
    with pytest.raises(KeyError, match=f"{missing}: set it in .env"):
        compose.load({name: text for name, text in VARIABLES.items() if name != missing})


def test_example_names_every_variable():
    text = (CHECKOUT / "docker-compose.yml").read_text()
    example = (CHECKOUT / ".env.example").read_text().splitlines()
    named = {line.partition("=")[0] for line in example if line and not line.startswith("#")}

    assert {match["name"] for match in compose._VARIABLE.finditer(text) if match["name"]} == named


def test_only_the_migration_knows_the_owner(services):
    with_owner = {
        name
        for name, service in services.items()
        if "DATABASE_OWNER_URL" in service.get("environment", {})
    }

    assert with_owner == {"migrate"}


def test_same_processes_as_under_the_launcher(services, tmp_path):
    """Each process of the launcher has its service, on the same queue and application."""
    state = State(folder=tmp_path)
    state.logs_folder.mkdir()
    launched = [
        *web_services(state, environment={}, web_port=8000, live_port=8001),
        *worker_services(state, environment={}),
    ]

    for launched_service in launched:
        argv = compose.command(services[launched_service.name])
        for option in ("-Q", "--interface", "--pool=threads", "--pool=prefork", "-B"):
            assert (option in argv) == (option in launched_service.child.argv), launched_service
        assert argv[-1] == launched_service.child.argv[-1] or "-Q" in argv
        if "-Q" in argv:
            assert argv[argv.index("-Q") + 1] == queue(launched_service.child.argv)


def queue(argv):
    return argv[list(argv).index("-Q") + 1]


def test_data_outlive_their_containers(services):
    document = compose.load(VARIABLES)

    assert set(document["volumes"]) == {"postgres-data", "redis-data", "uploads"}
    assert "postgres-data:/var/lib/postgresql" in services["postgres"]["volumes"]
    assert "redis-data:/data" in services["redis"]["volumes"]
    assert "--appendonly yes" in services["redis"]["command"][-1]
    for name in ("web", "worker-default"):  # the page stores a file, the worker reads it
        assert "uploads:/srv/wfm/state/media" in services[name]["volumes"]


def test_mounted_and_copied_files_exist(services):
    mounted = [volume.split(":")[0] for volume in services["postgres"]["volumes"]]
    for path in (path for path in mounted if path.startswith("./")):
        assert (CHECKOUT / path).is_file()
    for line in (CHECKOUT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY requirements/"):
            assert all((CHECKOUT / path).is_file() for path in line.split()[1:-1])


def test_image_holds_no_secrets_or_data():
    ignored = Path(CHECKOUT / ".dockerignore").read_text().split()

    assert {".env", ".state", ".git", ".venv"} <= set(ignored)
