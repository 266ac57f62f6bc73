"""Context of every page."""

from django.http import HttpRequest

from wfm.web.frame import Frame


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Return the frame; it computes nothing until a template asks."""
    return {"frame": Frame(request)}
