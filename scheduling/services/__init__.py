"""Writes of the schedule: one function, one use case, one transaction."""

from scheduling.services.edit import Edit, Stretch, add_shift, delete_shift, edit_shift
from scheduling.services.errors import (
    ChangedMeanwhile,
    UnableToEdit,
    UnableToPublish,
    UnableToSolve,
)
from scheduling.services.publish import publish_schedule
from scheduling.services.versions import SolveOptions, copy_version, create_version, delete_version

__all__ = [
    "ChangedMeanwhile",
    "Edit",
    "SolveOptions",
    "Stretch",
    "UnableToEdit",
    "UnableToPublish",
    "UnableToSolve",
    "add_shift",
    "copy_version",
    "create_version",
    "delete_shift",
    "delete_version",
    "edit_shift",
    "publish_schedule",
]
