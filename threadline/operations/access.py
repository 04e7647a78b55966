"""The database for a command: the configured one, or the embedded one, started when nobody has started it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from threadline.core.errors import ThreadlineError
from threadline.infra.postgres import EmbeddedPostgres
from threadline.infra.settings import Settings

_USUAL_PORT: Final = 8080


class NothingHere(ThreadlineError):
    code = "nothing_here"
    status = 500


@contextmanager
def database_for(settings: Settings, *, may_create: bool = False) -> Iterator[Settings]:
    """Settings that know their database and key. Raises NothingHere, PostgresError."""
    if settings.database_url is not None:
        yield settings
        return
    if not may_create and not (settings.data_dir / "postgres").exists():
        raise NothingHere(
            f"There is no Threadline in {settings.data_dir}: start it with `threadline serve`, "
            f"or say where it is with --data-dir."
        )
    server = EmbeddedPostgres(settings.data_dir)
    server.start()
    try:
        yield embedded_settings(settings, server.url)
    finally:
        server.stop()


def embedded_settings(settings: Settings, url: str) -> Settings:
    """As the supervisor hands them to its children: the key of an embedded installation lies in its data folder."""
    has_key = settings.master_key is not None or settings.master_key_file is not None
    key_file = settings.master_key_file if has_key else settings.data_dir / "keys" / "master.key"
    found = replace(settings, database_url=url, master_key_file=key_file, owns_database=True)
    return _at_recorded_port(found)


def _at_recorded_port(settings: Settings) -> Settings:
    """Of the `serve` on this data folder: a command is rarely given its flags, yet prints and calls its address."""
    recorded = settings.data_dir / "run" / "address"
    if settings.port != _USUAL_PORT or not recorded.exists():
        return settings
    return replace(settings, port=urlsplit(recorded.read_text()).port or settings.port)
