"""Build .venv-bench: the rivals of the forecasting engine, apart from the product's packages.

Run after tools/setup.py, with the Python of .venv. A second call costs nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
UV = CHECKOUT / ".venv" / "bin" / "uv"
ENVIRONMENT = CHECKOUT / ".venv-bench"
PYTHON = ENVIRONMENT / "bin" / "python"
PACKAGES = CHECKOUT / "requirements" / "bench.txt"
STAMP = ENVIRONMENT / ".stamp-packages"


def main() -> int:
    """Install exactly what the lock file names, unless that is done."""
    digest = hashlib.sha256(sys.version.encode() + PACKAGES.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == digest:
        return 0
    print(f"Building {ENVIRONMENT.name}; this takes a minute …", file=sys.stderr, flush=True)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=not UV.exists())
    if UV.exists():
        install = [UV, "pip", "sync", "--quiet", "--python", PYTHON]
    else:
        install = [PYTHON, "-m", "pip", "install", "--quiet", "-r"]
    quiet = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [str(part) for part in [*install, PACKAGES, "--require-hashes"]]
    if subprocess.run(command, check=False, cwd=CHECKOUT, env=quiet).returncode:
        print(f"The benchmark's packages cannot be installed: {' '.join(command)}", file=sys.stderr)
        return 1
    STAMP.write_text(digest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
