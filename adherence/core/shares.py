"""Whole seconds shared out by weights, so that the parts add up again."""

from collections.abc import Mapping


def in_parts(whole: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Share a whole number out by weights; what rounding leaves goes to the last part.

    >>> in_parts(10, {1: 1, 2: 2})
    {1: 3, 2: 7}
    """
    total, given, weight = sum(weights.values()), 0, 0
    parts: dict[int, int] = {}
    for key, own in weights.items():
        weight += own
        reached = whole * weight // total
        parts[key] = reached - given
        given = reached
    return parts
