"""A queue that cannot be staffed."""


class QueueRefused(ValueError):  # noqa: N818 - reads as what happened
    """This queue is left out of the run; the sentence says why and the cure."""
