"""The PostgreSQL that is not ours: "yours, 15 or newer" is only true when the store and action tests run on one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.postgres_server import server_of
from threadline.infra.postgres import Programs, installed_programs

VARIABLE = "THREADLINE_TEST_DATABASE_URL"

_MISSING = (
    f"No PostgreSQL of 15 or newer was found for the tests against an external database. Set {VARIABLE} to one whose "
    "user may create databases and roles, or install one (Debian: apt-get install postgresql)."
)


@contextmanager
def external_server() -> Iterator[str]:
    """A superuser's URL on an external server: from the environment, installed programs, or Debian's package."""
    if url := os.environ.get(VARIABLE):
        yield url
        return
    programs = installed_programs() or _install_debian_package()
    with server_of(programs) as url:
        yield url


def _install_debian_package() -> Programs:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", "postgresql"],
        ):
            subprocess.run(command, check=False, env=environment)
        if programs := installed_programs():
            return programs
    raise RuntimeError(_MISSING)
