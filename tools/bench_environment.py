"""Build .venv-bench: the rivals of the engines, apart from the product's packages.

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
NEWER_PYTHON = CHECKOUT / "requirements" / "bench-newer-python.txt"
STAMP = ENVIRONMENT / ".stamp-packages"


def main() -> int:
    """Install exactly what the lock files name, unless that is done."""
    named = sys.version.encode() + PACKAGES.read_bytes() + NEWER_PYTHON.read_bytes()
    digest = hashlib.sha256(named).hexdigest()
    if STAMP.exists() and STAMP.read_text() == digest:
        return 0
    print(f"Building {ENVIRONMENT.name}; this takes a minute …", file=sys.stderr, flush=True)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=not UV.exists())
    for command in _commands():
        if _run([*command, "--require-hashes"]):
            return 1
    STAMP.write_text(digest)
    return 0


def _commands() -> list[list[str | Path]]:
    if UV.exists():
        pip: list[str | Path] = [UV, "pip"]
        newer = ["--python-version", "3.12"]
        return [
            [*pip, "sync", "--quiet", "--python", PYTHON, PACKAGES],
            [
                *pip,
                "install",
                "--quiet",
                "--python",
                PYTHON,
                *newer,
                "--no-deps",
                "-r",
                NEWER_PYTHON,
            ],
        ]
    install: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet"]
    return [
        [*install, "-r", PACKAGES],
        [*install, "--ignore-requires-python", "--no-deps", "-r", NEWER_PYTHON],
    ]


def _run(command: list[str | Path]) -> bool:
    """Tell whether it failed, after saying so."""
    quiet = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    words = [str(part) for part in command]
    failed = bool(subprocess.run(words, check=False, cwd=CHECKOUT, env=quiet).returncode)
    if failed:
        print(f"The benchmark's packages cannot be installed: {' '.join(words)}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())
