"""The real product for the browser tests: `threadline serve` with its simulator, its own folder and its own ports."""

import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import threadline
from tests.ports import free_ports
from threadline.infra.postgres import embedded_programs, run_sql
from threadline.infra.settings import load_settings
from threadline.operations.access import database_for

PASSWORD = "a quiet river in the north"
_STATIC = Path(threadline.__file__).parent / "web" / "static" / "index.html"
_STARTS_WITHIN_S = 120.0
_STOPS_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Product:
    """What a person at this machine knows of it."""

    url: str
    folder: Path
    environment: dict[str, str]
    setup_link: str
    receiver_port: int
    """Where a program outside may listen: the owner of this installation let it in."""

    @property
    def simulator_url(self) -> str:
        return self.environment["THREADLINE_GRAPH_URL"]

    @property
    def control_token(self) -> str:
        return (self.folder / "simulator" / "whatsapp.token").read_text().strip()

    def run(self, *arguments: str) -> str:
        """A command of the product: what it printed."""
        command = [sys.executable, "-m", "threadline.cli", *arguments, "--data-dir", str(self.folder)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def forget_proofs(self) -> None:
        """As if ten minutes had passed since people last gave their passwords."""
        self.run_sql("update sessions set proved_at = now() - interval '11 minutes'")

    def let_invite(self, email: str) -> None:
        """As if they had just given their password, and as if it were tomorrow.

        Giving it would replace their cookie, and pages that were opened with the one before are signed out within a
        minute; and all who join in these tests come from one address, too many within minutes.
        """
        self.run_sql(
            "delete from rate_counters; update sessions set proved_at = now()"
            f" where person_id = (select id from people where email = '{email}')"
        )

    def run_sql(self, statement: str) -> None:
        with database_for(load_settings({"THREADLINE_DATA_DIR": str(self.folder)})) as settings:
            assert settings.database_url is not None
            run_sql(embedded_programs(), settings.database_url, statement)


@contextmanager
def running_product(folder: Path, *, clamd_url: str = "") -> Iterator[Product]:
    """Started as a new user starts it. Numbers that are connected by hand speak to the simulator as well."""
    assert _STATIC.exists(), "The front end is not built: run `make install` first."
    port, simulator_port, receiver_port = free_ports(3)
    (folder / "simulator").mkdir(mode=0o700, parents=True)
    (folder / "simulator" / "whatsapp.port").write_text(str(simulator_port))
    folder.chmod(0o711)
    environment = os.environ | {
        "THREADLINE_GRAPH_URL": f"http://127.0.0.1:{simulator_port}",
        "PYTHONPATH": str(Path(threadline.__file__).parent.parent),
        "PYTHONUNBUFFERED": "1",
        "THREADLINE_CLAMD_URL": clamd_url,
        "THREADLINE_ALLOWED_PRIVATE_HOSTS": f"127.0.0.1:{receiver_port}",
    }
    command = [
        sys.executable, "-m", "threadline.cli", "serve",
        "--data-dir", str(folder), "--port", str(port), "--no-browser",
    ]  # fmt: skip
    output = folder.with_suffix(".log")
    with output.open("wb") as sink:
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=subprocess.STDOUT)
        try:
            link = _wait_for_link(process, output)
            url = link.partition("/setup")[0]
            _wait_until_ready(f"{url}/ready")
            yield Product(url, folder, environment, link, receiver_port)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(_STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
    assert code == 0, f"The product did not stop in order:\n{output.read_text()[-2000:]}"


def new_email() -> str:
    return f"{secrets.token_hex(5)}@example.org"


def _wait_for_link(process: "subprocess.Popen[bytes]", output: Path) -> str:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline:
        text = output.read_text(errors="replace")
        if found := re.search(r"one-time link: (\S+)", text):
            return found[1]
        assert process.poll() is None, f"The product did not start:\n{text[-4000:]}"
        time.sleep(0.1)
    raise AssertionError(f"The product did not start in time:\n{output.read_text()[-4000:]}")


def _wait_until_ready(url: str) -> None:
    """Pages are served at once; what needs the database comes a moment later."""
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
