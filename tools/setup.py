"""Build .venv from the lock files. Only the standard library: it runs before anything is there.

A second call costs nothing: the environment carries a stamp of the lock files and of the Python
that it was built with.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
BOOTSTRAP = CHECKOUT / "requirements" / "bootstrap.txt"
PACKAGES = CHECKOUT / "requirements" / "test.txt"
CATALOGUES = CHECKOUT / "locale"
OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Bring the environment and the compiled catalogues up to date."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"Python 3.11 or newer is needed; {sys.executable} is {found}.", file=sys.stderr)
        print("Name another one: make setup PYTHON=python3.12", file=sys.stderr)
        return 1
    try:
        if not is_current("packages", [BOOTSTRAP, PACKAGES]):
            build_environment()
            stamp("packages", [BOOTSTRAP, PACKAGES])
        catalogues = sorted(CATALOGUES.rglob("*.po"))
        compiled = all_compiled(catalogues) and is_current("catalogues", catalogues)
        if catalogues and not compiled:
            compile_catalogues()
            stamp("catalogues", catalogues)
        loops = [*CHECKOUT.glob("wfm/compiled.py"), *sorted(CHECKOUT.glob("*/core/**/*.py"))]
        if loops and not is_current("loops", loops):
            print("Compiling the loops of the engines …", flush=True)
            run(PYTHON, CHECKOUT / "tools" / "warm.py")
            stamp("loops", loops)
    except subprocess.CalledProcessError as error:
        print(f"Set-up failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    return 0


def build_environment() -> None:
    """Make the environment and install exactly what the lock file names."""
    print(f"Building {ENVIRONMENT.name} with Python {sys.version.split()[0]} …", flush=True)
    if not PYTHON.exists():
        make_environment()
    uv = install_uv()
    if uv is not None:
        run(uv, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes", PACKAGES)
    else:
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", PACKAGES)


def make_environment() -> None:
    """Run `python -m venv`; Debian keeps a part of it in a package of its own."""
    command = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
    if subprocess.run(command, check=False).returncode == 0:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing python3-venv, which this Python lacks …", flush=True)
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv")
        run(*command)
        return
    print("This Python cannot make environments. Run: sudo apt-get install python3-venv")
    raise subprocess.CalledProcessError(1, command)


def install_uv() -> Path | None:
    """Return the pinned uv, five times as fast as pip; None where it cannot be had."""
    uv = ENVIRONMENT / "bin" / "uv"
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", BOOTSTRAP]
    done = subprocess.run(command, check=False, env=environment())
    if done.returncode == 0 and uv.exists():
        return uv
    print("uv cannot be installed here; going on with pip, which takes longer.", flush=True)
    return None


def compile_catalogues() -> None:
    """Turn the translators' .po files into what gettext reads."""
    run(PYTHON, CHECKOUT / "tools" / "messages.py", "compile")


def all_compiled(catalogues: list[Path]) -> bool:
    """Return whether each catalogue has its compiled file."""
    return all(path.with_suffix(".mo").exists() for path in catalogues)


def run(*command: object) -> None:
    """Run one command in the checkout; its failure ends the set-up."""
    subprocess.run([str(part) for part in command], check=True, cwd=CHECKOUT, env=environment())


def environment() -> dict[str, str]:
    """Return the variables that keep the installers to this Python and quiet."""
    return os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUAL_ENV": str(ENVIRONMENT),
    }


def is_current(name: str, sources: list[Path]) -> bool:
    """Return whether the stamp is that of the sources as they are now."""
    path = ENVIRONMENT / f".stamp-{name}"
    return path.exists() and path.read_text() == digest(sources)


def stamp(name: str, sources: list[Path]) -> None:
    """Remember what was done."""
    (ENVIRONMENT / f".stamp-{name}").write_text(digest(sources))


def digest(sources: list[Path]) -> str:
    """Return a hash of the sources and of the Python in use."""
    found = hashlib.sha256(repr((sys.version, sys.base_prefix)).encode())
    for path in sources:
        found.update(path.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
