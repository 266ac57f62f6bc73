"""Run one step of `make lint`, with its name before and its time after."""

import subprocess
import sys
import time


def main() -> int:
    """Return the step's own exit code."""
    name, *command = sys.argv[1:]
    print(f"── {name}", flush=True)
    began_at = time.monotonic()
    code = subprocess.run(command, check=False).returncode
    outcome = "done" if code == 0 else f"FAILED with code {code}"
    print(f"── {name}: {outcome} in {time.monotonic() - began_at:.1f} s\n", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
