"""Typed readers of environment variables that refuse nonsense with a sentence."""

import os
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit


class BadEnvironmentError(ValueError):
    """An environment variable is missing or cannot be understood."""


def env_text(name: str, default: str | None = None) -> str:
    """Return the variable's text; without it the default; without that an error."""
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        msg = f"{name} is not set. Start with `make demo`, or set it as docs/running.md shows."
        raise BadEnvironmentError(msg)
    return default


def require(names: Iterable[str]) -> None:
    """Refuse to go on without these variables; servers and workers call it when they start."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        msg = (
            f"Not set: {', '.join(missing)}. Start with `make demo` or `make run`, or set them as"
            " docs/running.md shows."
        )
        raise BadEnvironmentError(msg)


def env_bool(name: str, *, default: bool) -> bool:
    """Return True for 1/true/yes/on and False for 0/false/no/off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    msg = f"{name} is {value!r}; expected 1/true/yes/on or 0/false/no/off."
    raise BadEnvironmentError(msg)


def env_int(name: str, default: int, *, minimum: int | None = None) -> int:
    """Return a whole number; below the minimum is refused."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError as error:
        msg = f"{name} is {value!r}; expected a whole number."
        raise BadEnvironmentError(msg) from error
    if minimum is not None and number < minimum:
        msg = f"{name} is {number}; expected {minimum} or more."
        raise BadEnvironmentError(msg)
    return number


def env_list(name: str, default: str = "") -> list[str]:
    """Return the comma-separated parts, without blanks."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def database_from_url(url: str) -> dict[str, object]:
    """Translate `postgresql://user:password@host:port/name?host=/socket` to Django's form."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        msg = f"Expected a postgresql:// URL, got scheme {parts.scheme!r}. No other database works."
        raise BadEnvironmentError(msg)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    host = unquote(query.pop("host", "")) or unquote(parts.hostname or "")
    port = query.pop("port", "") or (str(parts.port) if parts.port else "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {key: unquote(value) for key, value in query.items()},
    }
