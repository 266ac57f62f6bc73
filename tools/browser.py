"""Make sure that Debian's Chromium and a Chinese font are there for the browser tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
CHINESE_FONTS = Path("/usr/share/fonts/opentype/noto")
PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> int:
    """Install what is missing where this user may; else say what to type."""
    missing = missing_packages()
    if not missing:
        return 0
    installer = apt_get()
    if installer is None:
        print(
            f"The browser tests need {' and '.join(missing)}, and this user may not install them.\n"
            f"Run: sudo apt-get install {' '.join(missing)}",
            file=sys.stderr,
        )
        return 1
    print(f"Installing {' and '.join(missing)} for the browser tests …", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        done = subprocess.run([*installer, *arguments], check=False, env=quiet)
        if done.returncode != 0:
            print(f"{' '.join([*installer, *arguments])} failed.", file=sys.stderr)
            return 1
    return 0


def missing_packages() -> list[str]:
    """Return Debian's names of what is not there."""
    present = {
        "chromium": CHROMIUM.exists(),
        "fonts-noto-cjk": any(CHINESE_FONTS.glob("*CJK*")),
    }
    return [name for name in PACKAGES if not present[name]]


def apt_get() -> list[str] | None:
    """Return the command that installs without a question, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    allowed = shutil.which("sudo") and (
        subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0
    )
    return ["sudo", "-n", "apt-get"] if allowed else None


if __name__ == "__main__":
    sys.exit(main())
