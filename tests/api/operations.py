"""Every operation of the OpenAPI document, with the permission that its view asks for."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from wfm.org.access import BUILTIN_ROLES

MISSING_ID = 999_999_999
UNSAFE = ("post", "put", "patch", "delete")
KEY_PERMISSIONS = frozenset({"sla.view", "metric.view", "webhook.view"})


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

    @property
    def model(self):
        """The model of the view's queryset, if it has one."""
        queryset = getattr(getattr(_view(self.path), "cls", None), "queryset", None)
        return None if queryset is None else queryset.model

    @property
    def belongs_to_a_client(self) -> bool:
        if self.model is None:
            return False
        names = {field.name for field in self.model._meta.get_fields()}
        return self.model._meta.model_name == "client" or bool(names & {"client", "queue"})

    def call(self, api, **values):
        return getattr(api, self.method)(self.url(**values), {}, format="json")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations() -> list[Operation]:
    return list(_operations())


def reads() -> list[Operation]:
    return [item for item in operations() if item.method == "get"]


def writes() -> list[Operation]:
    return [item for item in operations() if item.method in UNSAFE]


def permissions_of(name: str) -> frozenset[str]:
    """Of a built-in role, or of a client's key."""
    if name == "key":
        return KEY_PERMISSIONS
    return {role.key: role.permissions for role in BUILTIN_ROLES}[name]


def _operations() -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            names = tuple(item["name"] for item in described.get("parameters", []))
            yield Operation(method, path, names, _permission(path, method))


def _permission(path: str, method: str) -> str | None:
    view = _view(path)
    required = getattr(getattr(view, "cls", None) or view.view_class, "required_permission", None)
    return required.get(method.upper()) if isinstance(required, dict) else required


def _view(path: str):
    parts = ["1" if part.startswith("{") else part for part in path.split("/")]
    return resolve("/".join(parts)).func
