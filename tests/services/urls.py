"""URLs of the test databases."""

from urllib.parse import urlsplit, urlunsplit

TEMPLATE_DATABASE = "wfm_test_template"


def with_database(url: str, name: str) -> str:
    """Return the URL with another database name or number."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
