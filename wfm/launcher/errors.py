"""What the launcher says when it cannot go on."""


class LauncherError(RuntimeError):
    """Something that a person can mend; the message says what and how."""
