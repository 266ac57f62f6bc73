"""Into what intervals are cut, so that due times and opening hours inside them keep their place."""

SLICE_SECONDS = 300


def slices_of(step_seconds: int) -> int:
    """Return into how many slices an interval is cut."""
    return max(1, round(step_seconds / SLICE_SECONDS))
