"""`threadline serve`: prepares the data folder, starts the database, and keeps web, worker and simulators running.

It stays for as long as the product runs, so it imports next to nothing; whatever needs libraries is done by a child
(`threadline/main.py`). The children share a listening socket that belongs to the supervisor: while a killed web process
is started again, requests wait in the socket's queue instead of being refused.
"""

import contextlib
import errno
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from threadline.core.errors import ThreadlineError
from threadline.infra.postgres import EmbeddedPostgres, PostgresError, embedded_programs, make_private_folder, run_sql
from threadline.infra.secrets import MasterKeyError, fingerprint_of, read_keys
from threadline.infra.settings import Settings, load_settings

EXIT_REFUSED: Final = 78
"""EX_CONFIG: a child says so when starting it again cannot help."""

_TICK_S: Final = 0.5
_CHILDREN_STOP_WITHIN_S: Final = 20.0
_STABLE_AFTER_S: Final = 30.0
_RESTART_AFTER_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
_READY_WITHIN_S: Final = 60.0
_STATE_QUERY: Final = (
    "select (select version_num from schema_version) || ' ' ||"
    " coalesce((select key_fingerprint from installation), '-') || ' ' || exists (select from people)"
)


class _StopAsked(Exception):
    """A signal came."""


class CannotStart(ThreadlineError):
    """One sentence that says what to do."""

    code = "cannot_start"
    status = 500


def main() -> None:
    """Entry of `python -m threadline.supervisor`; the settings come by the environment."""
    try:
        settings = load_settings()
        code = Supervisor(settings, opens_browser=os.environ.get("THREADLINE_OPEN_BROWSER") == "1").run()
    except ThreadlineError as error:
        sys.exit(f"threadline: {error.text}")
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


@dataclass(slots=True)
class _Child:
    name: str
    command: list[str]
    environment: dict[str, str]
    pass_fds: tuple[int, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float = 0.0


@dataclass(slots=True)
class _Stopping:
    """Set by signals: 1 stops in order, 2 at once."""

    level: int = 0
    wake: tuple[int, int] = field(default_factory=os.pipe)

    def install(self) -> None:
        for end in self.wake:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.wake[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.level += 1

    def wait(self, timeout_s: float) -> None:
        """Until a signal (a child that ended is one) or the time is over."""
        with contextlib.suppress(InterruptedError):
            select.select([self.wake[0]], [], [], timeout_s)
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake[0], 4096)


class Supervisor:
    def __init__(self, settings: Settings, *, opens_browser: bool) -> None:
        self._settings = settings
        self._opens_browser = opens_browser
        self._stopping = _Stopping()
        self._database: EmbeddedPostgres | None = None
        self._children: list[_Child] = []
        self._setup_link: str | None = None
        self._lifeline = os.pipe()
        """The children hold its reading end: when we are killed it closes, and they stop by themselves."""

    def run(self) -> int:
        """Exit code: 0 after an orderly stop."""
        settings = self._settings
        check_listening_is_private(settings)
        make_private_folder(settings.data_dir, mode=0o711)
        run_folder = make_private_folder(settings.data_dir / "run")
        with _only_one(run_folder / "serve.lock", settings), _listen(settings) as listener:
            _announce(run_folder / "serve.lock", settings)
            self._stopping.install()
            try:
                self._start(listener)
                self._watch()
            except _StopAsked:
                pass
            except BaseException:
                self._stop()
                raise
            return self._stop()

    # Start

    def _start(self, listener: socket.socket) -> None:
        settings = self._settings
        environment = os.environ | {"THREADLINE_DATA_DIR": str(settings.data_dir)}
        if settings.database_url is None:
            self._database = EmbeddedPostgres(settings.data_dir)
            is_new = not (self._database.folder / "data").exists()
            with _step("Creating the database" if is_new else "Starting the database"):
                self._database.start()
            environment["THREADLINE_DATABASE_URL"] = self._database.url
            if settings.master_key is None and settings.master_key_file is None:
                environment["THREADLINE_MASTER_KEY_FILE"] = str(settings.data_dir / "keys" / "master.key")
            environment["THREADLINE_OWNS_DATABASE"] = "1"
        environment["THREADLINE_PARENT_FD"] = str(self._lifeline[0])
        simulators = self._plan_simulators(environment)
        state = self._read_state(environment)
        web, worker = self._plan_services(environment, listener)
        if state.is_current and not self._address_changed():
            self._launch_all([web])  # people wait for the first page; the others come when it is there
            self._wait_until_ready(listener)
            self._launch_all([*simulators, worker])
            if not state.has_people:
                self._prepare(environment, simulators)
        else:
            self._launch_all(simulators)
            self._prepare(environment, simulators)
            self._launch_all([web])
            self._wait_until_ready(listener)
            self._launch_all([worker])
        self._tell_people()

    def _read_state(self, environment: dict[str, str]) -> "_DatabaseState":
        """One query by psql: importing a database library here would cost more than the whole start."""
        key_file = environment.get("THREADLINE_MASTER_KEY_FILE")
        try:
            keys = read_keys(text=self._settings.master_key, file=Path(key_file) if key_file else None)
            url = environment["THREADLINE_DATABASE_URL"]
            revision, fingerprint, has_people = run_sql(embedded_programs(), url, _STATE_QUERY).split(" ")
        except (PostgresError, MasterKeyError, ValueError):
            return _DatabaseState(is_current=False, has_people=False)
        known = {fingerprint_of(key) for key in keys}
        return _DatabaseState(revision == schema_revision() and fingerprint in known, has_people == "true")

    def _prepare(self, environment: dict[str, str], simulators: list[_Child]) -> None:
        """Migrations, master key, sandbox, set-up link: what is missing, by a child that may import everything."""
        with _step("Preparing the workspace"):
            self._wait_for_files([_ready_file(self._settings, child.name) for child in simulators])
            command = [sys.executable, "-m", "threadline.main", "prepare"]
            child = self._spawn(command, environment, stdout=subprocess.PIPE)
            while child.poll() is None:
                self._tick(0.02)
            if child.returncode != 0:
                raise SystemExit(1)  # the child said why
            answer, _ = child.communicate()
            result = json.loads(answer.decode().strip().splitlines()[-1])
        self._setup_link = result.get("setup_link")
        _write_atomically(self._settings.data_dir / "run" / "address", self._settings.base_url)

    def _address_changed(self) -> bool:
        """Practice channels are told where their webhooks go."""
        recorded = self._settings.data_dir / "run" / "address"
        return not recorded.exists() or recorded.read_text() != self._settings.base_url

    def _plan_simulators(self, environment: dict[str, str]) -> list[_Child]:
        """One process per channel type that has a simulator: in the sandbox, never silently in production."""
        wanted = self._settings.sandbox
        if wanted is False or (wanted is None and self._settings.database_url is not None):
            return []
        folder = make_private_folder(self._settings.data_dir / "simulator")
        children: list[_Child] = []
        for name, module in simulator_modules().items():
            port = _recorded_port(folder / f"{name}.port")
            ready_file = _ready_file(self._settings, name)
            ready_file.unlink(missing_ok=True)
            command = [
                sys.executable, "-m", "threadline.main", "simulator", module,
                "--port", str(port), "--ready-file", str(ready_file),
                "--control-token-file", str(folder / f"{name}.token"), "--state-file", str(folder / f"{name}.state"),
            ]  # fmt: skip
            if self._settings.tls_cert is not None:
                command += ["--trust", str(self._settings.tls_cert)]  # we may have signed it ourselves
            children.append(_Child(name, command, environment))
            _append(environment, "THREADLINE_SIMULATORS", f"{name}=http://127.0.0.1:{port}")
            _append(environment, "THREADLINE_ALLOWED_PRIVATE_HOSTS", f"127.0.0.1:{port}")
        return children

    def _plan_services(self, environment: dict[str, str], listener: socket.socket) -> tuple[_Child, _Child]:
        listening = environment | {"THREADLINE_LISTEN_FD": str(listener.fileno())}
        main_module = [sys.executable, "-m", "threadline.main"]
        web = _Child("web", [*main_module, "web"], listening, (listener.fileno(),))
        return web, _Child("worker", [*main_module, "worker"], environment)

    def _launch_all(self, children: list[_Child]) -> None:
        running = {child.name for child in self._children}
        for child in children:
            if child.name not in running:
                self._children.append(child)
                self._launch(child)

    def _launch(self, child: _Child) -> None:
        child.process = self._spawn(
            child.command, child.environment, pass_fds=child.pass_fds, stdout=subprocess.DEVNULL
        )
        child.started_at = time.monotonic()

    def _spawn(
        self,
        command: list[str],
        environment: dict[str, str],
        *,
        pass_fds: tuple[int, ...] = (),
        stdout: int | None = None,
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            pass_fds=(self._lifeline[0], *pass_fds),
            start_new_session=True,  # an interrupt at the terminal reaches us alone, and we stop them in order
        )

    def _wait_for_files(self, files: list[Path]) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while not all(file.exists() for file in files):
            if time.monotonic() > deadline:
                raise CannotStart("The simulator does not get ready: see the lines above.")
            self._tick(0.02)

    def _wait_until_ready(self, listener: socket.socket) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        with _step("Starting"):
            while not _answers(listener, is_tls=self._settings.is_tls):
                if time.monotonic() > deadline:
                    raise CannotStart("The web process does not get ready: see the lines above.")
                self._tick(0.02)

    def _tell_people(self) -> None:
        url = self._setup_link or self._settings.base_url
        say(f"Threadline runs at {self._settings.base_url}")
        if self._setup_link:
            say(f"Set up the first admin with this one-time link: {self._setup_link}")
        say("Stop it with Ctrl+C.")
        if self._opens_browser:
            open_browser(url)

    # Watch

    def _watch(self) -> None:
        while True:
            self._tick(_TICK_S)
            if self._database is not None:
                self._database.keep_running()

    def _tick(self, timeout_s: float) -> None:
        """Waits a little, then starts again whatever died. Raises _StopAsked."""
        self._stopping.wait(timeout_s)
        if self._stopping.level:
            raise _StopAsked
        for child in self._children:
            self._look_after(child)

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_again_at:
                self._launch(child)
            return
        code = child.process.poll()
        if code is None:
            return
        child.process = None
        if code == EXIT_REFUSED:
            raise CannotStart(f"The {child.name} process cannot run with this configuration: see the line above.")
        child.failures = 0 if now - child.started_at > _STABLE_AFTER_S else child.failures + 1
        delay_s = _RESTART_AFTER_S[min(child.failures, len(_RESTART_AFTER_S) - 1)]
        child.start_again_at = now + delay_s
        reason = f"signal {-code}" if code < 0 else f"code {code}"
        say(f"The {child.name} process ended ({reason}); starting it again.")
        if delay_s == 0:
            self._launch(child)

    # Stop

    def _stop(self) -> int:
        """Asks all children to finish, then insists; the database goes last. A second signal does not wait (R28)."""
        self._signal(signal.SIGTERM)
        is_clean = self._await_children(_CHILDREN_STOP_WITHIN_S)
        if not is_clean:
            self._signal(signal.SIGKILL)
            self._await_children(2.0, however=True)
        if self._database is not None:
            self._database.stop()
        return 0 if is_clean else 1

    def _await_children(self, within_s: float, *, however: bool = False) -> bool:
        deadline = time.monotonic() + within_s
        while any(child.process is not None and child.process.poll() is None for child in self._children):
            if time.monotonic() > deadline or (self._stopping.level > 1 and not however):
                return False
            self._stopping.wait(0.05)
        return True

    def _signal(self, number: signal.Signals) -> None:
        for child in self._children:
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(number)


@dataclass(frozen=True, slots=True)
class _DatabaseState:
    is_current: bool
    has_people: bool


def schema_revision() -> str:
    """REVISION of store/migrate.py, read without importing it and what it stands on."""
    source = (Path(__file__).parent / "store" / "migrate.py").read_text()
    return source.split('REVISION = "', 1)[1].split('"', 1)[0]


def check_listening_is_private(settings: Settings) -> None:
    """Raises CannotStart for plain HTTP that others could read, unless the owner said that it is meant so."""
    if settings.host in {"127.0.0.1", "::1", "localhost"} or settings.is_tls or settings.insecure_http:
        return
    raise CannotStart(
        f"Plain HTTP on {settings.host} lets everybody on the way read passwords, sessions and chats: "
        f"give --certificate and --certificate-key, or put a TLS proxy in front and say --insecure-http."
    )


@contextlib.contextmanager
def _only_one(path: Path, settings: Settings) -> Iterator[None]:
    """Two starts on one data folder: the second says so and ends."""
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            where = lock.read().strip()
            raise CannotStart(
                f"Threadline already runs with the data folder {settings.data_dir}"
                f"{f' ({where})' if where else ''}: stop it first, or choose another --data-dir."
            ) from None
        yield
        lock.truncate(0)


def _announce(path: Path, settings: Settings) -> None:
    with path.open("r+") as lock:
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {settings.base_url}")


@contextlib.contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen(2048)  # of two that bound at the same moment one is refused only here
        except socket.gaierror:
            raise CannotStart(f"{settings.host} is no address of this machine: choose another with --host.") from None
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({_reason(error)})"
            flag = "--host" if error.errno == errno.EADDRNOTAVAIL else "--port"
            raise CannotStart(f"Port {settings.port} of {settings.host} {why}: choose another with {flag}.") from None
        yield listener


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or 0)


def _answers(listener: socket.socket, *, is_tls: bool) -> bool:
    """Whether the web process answers. A connection alone says nothing: the socket is ours, and its queue takes any."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2) as plain:
        connection = _wrap_in_tls(plain) if is_tls else plain
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(64).startswith(b"HTTP/1.1 200")
    return False


def _wrap_in_tls(plain: socket.socket) -> socket.socket:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # our own process on our own machine, whatever name its certificate carries
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


def simulator_modules() -> dict[str, str]:
    """Channel type → module of its simulator: every folder of channels/types that has one."""
    types = Path(__file__).parent / "channels" / "types"
    found = sorted(path.parent for path in types.glob("*/simulator") if (path / "__main__.py").exists())
    return {folder.name: f"threadline.channels.types.{folder.name}.simulator" for folder in found}


def _recorded_port(path: Path) -> int:
    """The port of the last time if it is free, else a new one: customers' practice phones keep their address."""
    with contextlib.suppress(OSError, ValueError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = int(path.read_text())
        probe.bind(("127.0.0.1", port))
        return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    _write_atomically(path, str(port))
    return port


def _ready_file(settings: Settings, name: str) -> Path:
    return settings.data_dir / "run" / f"{name}.url"


def _append(environment: dict[str, str], name: str, value: str) -> None:
    environment[name] = f"{environment[name]},{value}" if environment.get(name) else value


def _write_atomically(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


# What people see


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the words of the command line


@contextlib.contextmanager
def _step(title: str) -> Iterator[None]:
    """One line per step: on a terminal it is completed with its time, elsewhere it is written when done."""
    is_terminal = sys.stdout.isatty()
    started = time.monotonic()
    if is_terminal:
        sys.stdout.write(f"  … {title}")
        sys.stdout.flush()
    try:
        yield
    except BaseException:
        if is_terminal:
            sys.stdout.write(f"\r  ✗ {title}\n")
        raise
    line = f"{title} ({time.monotonic() - started:.1f} s)"
    sys.stdout.write(f"\r  ✓ {line}\n" if is_terminal else f"{line}\n")
    sys.stdout.flush()


def open_browser(url: str) -> None:
    """Without waiting, and without an error where there is no browser."""
    command = ["open"] if sys.platform == "darwin" else ["xdg-open"]
    if sys.platform != "darwin" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    with contextlib.suppress(OSError):
        subprocess.Popen(  # noqa: S603
            [*command, url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )


if __name__ == "__main__":
    main()
