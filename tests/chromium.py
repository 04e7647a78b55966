"""A real Chromium for the browser tests: from CHROMIUM, from the system, or as root on Debian from its packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_MISSING = (
    "No browser was found for the browser tests: set CHROMIUM to the program of a Chromium or Google Chrome, "
    "or install one (Debian: apt-get install chromium)."
)


def find_chromium() -> Path:
    """Raises RuntimeError with what to install; never skips."""
    if given := os.environ.get("CHROMIUM"):
        if not (found := shutil.which(given)):
            raise RuntimeError("CHROMIUM names a program that does not exist.")
        return Path(found)
    return _installed() or _install_debian_package()


def _installed() -> Path | None:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    return _MAC if sys.platform == "darwin" and _MAC.exists() else None


def _install_debian_package() -> Path:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-noto-core", "fonts-noto-color-emoji"]
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
        ):
            subprocess.run(command, check=False, env=environment)
        if found := _installed():
            return found
    raise RuntimeError(_MISSING)
