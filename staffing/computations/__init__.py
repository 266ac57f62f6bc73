"""The heavy use cases; only tasks import them, so that web processes never load them."""

from staffing.computations.requirement_run import compute_requirement

__all__ = ["compute_requirement"]
