"""`python -m wfm.launcher demo|run|manage`: see docs/running.md."""

import argparse
import os
import sys

from wfm.launcher.console import complain
from wfm.launcher.errors import LauncherError
from wfm.launcher.house import Options, become_management_command, open_house


def main(arguments: list[str]) -> int:
    """Do what was asked and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m wfm.launcher", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything; data stay as they are")
    commands.add_parser("demo", help="start everything and load or extend the demo operation")
    manage = commands.add_parser("manage", help="manage.py with the running launcher's variables")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "manage":
            become_management_command(chosen.arguments, environment=os.environ)
        house = open_house(os.environ)
        return house.run(Options(loads_demo=chosen.command == "demo"))
    except LauncherError as error:
        complain(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
