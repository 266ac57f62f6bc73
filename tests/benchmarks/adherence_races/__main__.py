"""`python -m tests.benchmarks.adherence_races`: the races alone."""

import sys

from tests.benchmarks.adherence.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["--only", "races", *sys.argv[1:]]))
