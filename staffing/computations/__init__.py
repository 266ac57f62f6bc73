"""The heavy use cases; only tasks import them, so that web processes never load them."""

from staffing.computations.clear_replaced import clear_replaced_requirements
from staffing.computations.follow_today import Followed, follow_today, follow_today_now
from staffing.computations.requirement_run import compute_requirement
from staffing.computations.simulate_requirement import simulate_requirement

__all__ = [
    "Followed",
    "clear_replaced_requirements",
    "compute_requirement",
    "follow_today",
    "follow_today_now",
    "simulate_requirement",
]
