"""What can go wrong with a schedule; every message is a sentence for the planner."""


class UnableToSolve(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The solve cannot start."""


class UnableToPublish(ValueError):  # noqa: N818
    """The version cannot be published."""


class UnableToEdit(ValueError):  # noqa: N818
    """The state of the version or shift forbids the edit."""


class ChangedMeanwhile(ValueError):  # noqa: N818
    """Someone else has changed the shift since the caller read it."""


class UnableToExplain(ValueError):  # noqa: N818
    """There is nothing to explain there."""


class UnableToRequest(ValueError):  # noqa: N818
    """The request cannot be made or carried out; the sentence says which rule and whose."""
