"""Everything that can be configured, read once from the environment and the command line.

Standard library only, so that `threadline --help` and the supervisor stay light.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from threadline.core.errors import ThreadlineError

PREFIX = "THREADLINE_"

_SECRET_LENGTH = 16

N = TypeVar("N", int, float)


class SettingsError(ThreadlineError):
    """A setting that cannot be used; the text names the setting, never its value."""

    code = "bad_setting"
    status = 500


def default_data_dir(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "threadline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits and timers. Each is THREADLINE_ and its name in capitals, so that tests use seconds instead of hours."""

    body_bytes: int = 1024 * 1024
    """JSON bodies of the API."""
    upload_bytes: int = 100 * 1024 * 1024
    files_per_day: int = 1000
    """Of one customer in one conversation, and of one person who uploads; beyond it, or `file_bytes_per_day`, files are
    refused."""
    file_bytes_per_day: int = 5 * 1024 * 1024 * 1024
    header_bytes: int = 16 * 1024
    url_bytes: int = 8 * 1024
    request_timeout_s: float = 30.0
    flush_bytes: int = 8 * 1024 * 1024
    flush_bodies: int = 500
    waiting_bytes: int = 64 * 1024 * 1024
    """Webhook bodies in memory; beyond it, or after `waiting_s`, the provider is answered 503."""
    waiting_s: float = 2.0
    session_idle_s: float = 12 * 3600.0
    session_absolute_s: float = 30 * 24 * 3600.0
    proof_s: float = 600.0
    pool_wait_s: float = 2.0
    statement_timeout_s: float = 30.0
    http_connect_s: float = 5.0
    http_per_host: int = 500
    """Above what a number may have on its way at once: 1,000/s at answers of 300 ms needs 300."""
    send_timeout_s: float = 30.0
    uncertain_wait_s: float = 60.0
    """How long the echo of an uncertain send is waited for before it is decided otherwise."""
    beat_s: float = 5.0
    lease_dead_s: float = 15.0
    poll_s: float = 1.0
    delivery_retention_days: int = 14
    unsent_file_s: float = 24 * 3600.0
    """How long a file is kept that nobody sent or refers to."""
    shutdown_request_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data_dir: Path
    database_url: str | None = field(default=None, repr=False)
    """None: the embedded PostgreSQL in the data folder; the supervisor fills it in for its children."""
    database_direct_url: str | None = field(default=None, repr=False)
    database_web_url: str | None = field(default=None, repr=False)
    database_ingress_url: str | None = field(default=None, repr=False)
    database_engine_url: str | None = field(default=None, repr=False)
    public_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    bus_url: str | None = field(default=None, repr=False)
    blobs_url: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    """`smtp://user:password@host:587` or `smtps://…:465`. None: nothing is mailed."""
    smtp_from: str | None = None
    clamd_url: str | None = None
    """Where ClamAV listens: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`. None: files are not checked."""
    master_key: str | None = field(default=None, repr=False)
    master_key_file: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    allowed_private_hosts: tuple[str, ...] = ()
    insecure_http: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    metrics_token: str | None = field(default=None, repr=False)
    log_level: str = "info"
    log_format: str = "auto"
    """auto: readable on a terminal, JSON lines elsewhere; or `json`, `text`."""
    graph_url: str = "https://graph.facebook.com"
    environment: str = "production"
    owns_database: bool = False
    """The database is the embedded one of the data folder: its key lies there, too."""
    sandbox: bool | None = None
    """None: a sandbox is made on the first start of an embedded database only."""
    demo: bool = False
    """Fill the practice workspace with a desk that looks lived in, once."""
    simulators: tuple[tuple[str, str], ...] = ()
    """Channel type and URL of each simulator that runs: where practice channels talk to."""
    limits: Limits = field(default_factory=Limits)

    def simulator_url(self, channel_type: str) -> str | None:
        return dict(self.simulators).get(channel_type)

    def simulator_token_file(self, channel_type: str) -> Path:
        """Holds the token of that simulator's control and phone faces."""
        return self.data_dir / "simulator" / f"{channel_type}.token"

    @property
    def direct_url(self) -> str | None:
        return self.database_direct_url or self.database_url

    @property
    def is_tls(self) -> bool:
        return self.tls_cert is not None

    @property
    def base_url(self) -> str:
        """Where people and providers reach this installation, without a trailing slash."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if self.host in {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::"} else self.host  # noqa: S104
        scheme = "https" if self.is_tls else "http"
        host = f"[{host}]" if ":" in host else host
        return f"{scheme}://{host}:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def load_settings(environment: Mapping[str, str] | None = None, **flags: object) -> Settings:
    """Settings from the environment, overridden by the flags that are not None. Raises SettingsError."""
    source = os.environ if environment is None else environment
    read = _Reader(source)
    settings = Settings(
        data_dir=Path(source.get(PREFIX + "DATA_DIR") or default_data_dir(source)).expanduser(),
        database_url=read.database("DATABASE_URL"),
        database_direct_url=read.database("DATABASE_DIRECT_URL"),
        database_web_url=read.database("DATABASE_WEB_URL"),
        database_ingress_url=read.database("DATABASE_INGRESS_URL"),
        database_engine_url=read.database("DATABASE_ENGINE_URL"),
        public_url=read.url("PUBLIC_URL", {"http", "https"}),
        host=read.text("HOST") or "127.0.0.1",
        port=read.number("PORT", 8080, int, 0, 65535),
        bus_url=read.url("BUS_URL", {"nats", "tls"}),
        blobs_url=read.url("BLOBS_URL", {"s3", "gs", "az"}),
        smtp_url=read.url("SMTP_URL", {"smtp", "smtps"}),
        smtp_from=read.text("SMTP_FROM"),
        clamd_url=read.socket("CLAMD_URL"),
        master_key=read.text("MASTER_KEY"),
        master_key_file=read.path("MASTER_KEY_FILE"),
        trusted_proxies=read.networks("TRUSTED_PROXIES"),
        allowed_private_hosts=read.networks("ALLOWED_PRIVATE_HOSTS", also_hosts=True),
        insecure_http=read.flag("INSECURE_HTTP") or False,
        tls_cert=read.path("TLS_CERT"),
        tls_key=read.path("TLS_KEY"),
        metrics_token=read.secret("METRICS_TOKEN"),
        log_level=read.choice("LOG_LEVEL", "info", {"debug", "info", "warning", "error"}),
        log_format=read.choice("LOG_FORMAT", "auto", {"auto", "json", "text"}),
        graph_url=(read.url("GRAPH_URL", {"http", "https"}) or "https://graph.facebook.com").rstrip("/"),
        environment=read.choice("ENVIRONMENT", "production", {"production", "development", "test"}),
        owns_database=read.flag("OWNS_DATABASE") or False,
        sandbox=read.flag("SANDBOX"),
        demo=read.flag("DEMO") or False,
        simulators=read.pairs("SIMULATORS"),
        limits=_read_limits(read),
    )
    given = {name: value for name, value in flags.items() if value is not None}
    settings = replace(settings, **given)  # pyright: ignore[reportArgumentType] - the flags of one command, named as fields
    return replace(settings, data_dir=settings.data_dir.expanduser().absolute())


def _read_limits(read: "_Reader") -> Limits:
    values: dict[str, Any] = {}  # one number per field of Limits, checked by its own default's type
    for limit in fields(Limits):
        default = limit.default
        assert isinstance(default, int | float)
        values[limit.name] = read.number(limit.name.upper(), default, type(default), 0, 10**12)
    return Limits(**values)


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Mapping[str, str]

    def text(self, name: str) -> str | None:
        return self.source.get(PREFIX + name, "").strip() or None

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        return Path(value).expanduser().absolute() if value else None

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(part for part in re.split(r"[,\s]+", self.text(name) or "") if part)

    def secret(self, name: str) -> str | None:
        """Something that nobody guesses (S18)."""
        value = self.text(name)
        if value is not None and len(value) < _SECRET_LENGTH:
            raise SettingsError(f"{PREFIX}{name} must have {_SECRET_LENGTH} characters or more.")
        return value

    def networks(self, name: str, *, also_hosts: bool = False) -> tuple[str, ...]:
        """Addresses and networks; with `also_hosts` also `host:port`."""
        values = self.names(name)
        if not all(_is_network(value) or (also_hosts and _is_host_with_port(value)) for value in values):
            also = ", or host:port" if also_hosts else ""
            raise SettingsError(f"{PREFIX}{name} must be a list of addresses or networks such as 10.0.0.0/8{also}.")
        return values

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """`whatever=http://…,another=http://…`"""
        parts = [part.partition("=") for part in self.names(name)]
        if not all(key and value for key, _, value in parts):
            raise SettingsError(f"{PREFIX}{name} must be a list of type=URL.")
        return tuple((key, value.rstrip("/")) for key, _, value in parts)

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        known = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        if value.lower() not in known:
            raise SettingsError(f"{PREFIX}{name} must be 1 or 0.")
        return known[value.lower()]

    def number(self, name: str, default: N, kind: Callable[[str], N], low: float, high: float) -> N:
        value = self.text(name)
        if value is None:
            return default
        try:
            number = kind(value)
        except ValueError:
            raise SettingsError(f"{PREFIX}{name} must be a number.") from None
        if not low <= number <= high:
            raise SettingsError(f"{PREFIX}{name} must lie between {low:g} and {high:g}.")
        return number

    def choice(self, name: str, default: str, allowed: set[str]) -> str:
        value = (self.text(name) or default).lower()
        if value not in allowed:
            raise SettingsError(f"{PREFIX}{name} must be one of {', '.join(sorted(allowed))}.")
        return value

    def url(self, name: str, schemes: set[str]) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise SettingsError(f"{PREFIX}{name} must be a URL that begins with {' or '.join(sorted(schemes))}://.")
        return value

    def socket(self, name: str) -> str | None:
        """`tcp://host:port` or `unix:///path`."""
        value = self.text(name)
        if value is None or re.fullmatch(r"unix:///\S+|tcp://[^\s/@]+", value):
            return value
        raise SettingsError(f"{PREFIX}{name} must be tcp://host:port or unix:///path.")

    def database(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        if not re.match(r"postgres(ql)?(\+asyncpg)?://", value):
            raise SettingsError(f"{PREFIX}{name} must be a URL that begins with postgresql://.")
        return re.sub(r"^postgres(ql)?(\+asyncpg)?://", "postgresql://", value)


def _is_network(text: str) -> bool:
    import ipaddress  # a command without such settings does not wait for it

    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_host_with_port(text: str) -> bool:
    try:
        parts = urlsplit(f"//{text}")
        return bool(parts.hostname and parts.port) and parts.netloc == text
    except ValueError:
        return False
