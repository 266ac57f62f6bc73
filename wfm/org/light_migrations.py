"""Migrate in seconds: draw what an operation changes, not everything that is related to it.

After each operation Django draws the model anew together with every model that is related to it,
directly or not: here more than a hundred models, fifteen hundred times, nearly all of the time
until a new installation answers. A model that is new, a field that is added, an index, a constraint
or a trigger changes none of the others. What does change others (a field that is altered, renamed
or removed) finds all of them drawn anew. `tests/benchmarks/migrations.py` compares both.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

CHANGES_OTHERS = ("alter_field", "remove_field", "remove_model", "rename_field", "rename_model")


@contextmanager
def light_migrations() -> Iterator[None]:
    """Within the block migrations draw as little as they can."""
    own = {name: _after_all_anew(getattr(ProjectState, name)) for name in CHANGES_OTHERS}
    own["reload_model"] = _reload_model
    usual = {name: getattr(ProjectState, name) for name in own}
    _set(own)
    try:
        yield
    finally:
        _set(usual)


def _set(methods: dict[str, Callable[..., Any]]) -> None:
    for name, method in methods.items():
        setattr(ProjectState, name, method)


def _reload_model(state: Any, app_label: str, model_name: str, **_delay: bool) -> None:
    """Draw one model and those that inherit from it; Python operations find all drawn anew."""
    if "apps" in state.__dict__:
        state.is_delayed = True
        state._reload(_with_heirs(state, app_label, model_name))  # noqa: SLF001 - no public way


def _with_heirs(state: Any, app_label: str, model_name: str) -> set[tuple[str, str]]:
    found = {(app_label, model_name)}
    try:
        waiting = [state.apps.get_model(app_label, model_name)]
    except LookupError:  # it is new
        return found
    while waiting:
        for heir in waiting.pop().__subclasses__():
            options = heir._meta  # noqa: SLF001 - Django's public name for it
            if options.apps is state.apps:
                found.add((options.app_label, options.model_name))
                waiting.append(heir)
    return found


def _after_all_anew(change: Callable[..., None]) -> Callable[..., None]:
    def changed(state: Any, *args: Any, **kwargs: Any) -> None:
        state.clear_delayed_apps_cache()
        change(state, *args, **kwargs)

    return changed
