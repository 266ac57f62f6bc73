"""Django's checks of a row, told as the domain's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError


@contextmanager
def refused_as(error_class: type[ValueError]) -> Iterator[None]:
    """Raise what a row's checks find as one error whose text is all of their sentences."""
    try:
        yield
    except ValidationError as error:
        raise error_class(" ".join(error.messages)) from error
