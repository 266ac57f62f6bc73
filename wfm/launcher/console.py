"""What the launcher tells the person at the terminal."""

import sys


def say(sentence: str) -> None:
    """Print one line at once, also into a pipe."""
    print(sentence, flush=True)


def complain(sentence: str) -> None:
    """Print one line to standard error at once."""
    print(sentence, file=sys.stderr, flush=True)
