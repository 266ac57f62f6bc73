"""docker-compose.yml as Compose would read it: variables filled in."""

import re
import shlex

import yaml

from wfm.launcher.state import CHECKOUT

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<text>[^}]*))?\})")


def load(variables: dict[str, str]) -> dict:
    """Return the file's document with `${NAME}`, `${NAME:-default}` and `${NAME:?why}` replaced."""
    return _fill_in(yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text()), variables)


def command(service: dict) -> list[str]:
    """Return a service's command as a list."""
    found = service["command"]
    return shlex.split(found) if isinstance(found, str) else found


def _fill_in(node, variables: dict[str, str]):
    """Fill variables in after parsing, as Compose does: an empty one stays a text."""
    if isinstance(node, dict):
        return {key: _fill_in(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill_in(value, variables) for value in node]
    return _fill(node, variables) if isinstance(node, str) else node


def _fill(text: str, variables: dict[str, str]) -> str:
    def value(match: re.Match) -> str:
        if match["name"] is None:
            return "$"
        given = variables.get(match["name"], "")
        if given or match["kind"] is None:
            return given
        if match["kind"] == "?":
            msg = f"{match['name']}: {match['text']}"
            raise KeyError(msg)
        return match["text"]

    return _VARIABLE.sub(value, text)
