"""The command line. Everything heavy is imported by the command that needs it, so `threadline --help` is quick."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn

import click

from threadline import __version__
from threadline.core.errors import ThreadlineError
from threadline.infra.settings import PREFIX, Settings, load_settings

Command = Callable[..., None]

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def main() -> None:
    """Every expected failure is one sentence on stderr and a non-zero exit code."""
    try:
        threadline(standalone_mode=False)
    except ThreadlineError as error:
        sys.exit(f"threadline: {error.text}")
    except click.ClickException as error:
        sys.exit(f"threadline: {error.format_message()} See `threadline --help`.")
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        sys.exit(f"threadline: {what}{error.strerror or type(error).__name__}.")
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)


@click.group(help="The customer-service desk for messengers that a company hosts itself.")
@click.version_option(__version__, message="%(version)s")
def threadline() -> None: ...


def data_dir_option(command: Command) -> Command:
    return click.option("--data-dir", type=FOLDER, help="Where everything is kept.")(command)


# Processes


@threadline.command()
@click.option("--port", type=click.IntRange(0, 65535), help="8080 if not given.")
@click.option("--host", help="127.0.0.1 if not given.")
@data_dir_option
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option("--certificate", "tls_cert", type=EXISTING_FILE, help="PEM file of the certificate chain.")
@click.option("--certificate-key", "tls_key", type=EXISTING_FILE, help="PEM file of its private key.")
@click.option("--insecure-http", is_flag=True, help="Plain HTTP away from this machine: others on the way can read it.")
@click.option("--sandbox/--no-sandbox", default=None, help="Run the simulators and a practice workspace.")
@click.option("--demo", is_flag=True, help="Fill the practice workspace with 300 conversations, to look around.")
def serve(*, no_browser: bool, insecure_http: bool, demo: bool, **flags: object) -> None:
    """Run everything: database, web, worker, and in the sandbox the simulators."""
    settings = load_settings(None, insecure_http=insecure_http or None, demo=demo or None, **flags)
    check_certificate(settings)
    hand_over("threadline.supervisor", [], settings, {"THREADLINE_OPEN_BROWSER": "0" if no_browser else "1"})


@threadline.command()
@click.option("--port", type=click.IntRange(0, 65535))
@click.option("--host")
@click.option("--insecure-http", is_flag=True)
def web(*, insecure_http: bool, **flags: object) -> None:
    """Run one web process against THREADLINE_DATABASE_URL."""
    from threadline.supervisor import check_listening_is_private

    settings = load_settings(None, insecure_http=insecure_http or None, **flags)
    check_certificate(settings)
    check_listening_is_private(settings)
    hand_over("threadline.main", ["web"], settings, {})


@threadline.command()
def worker() -> None:
    """Run one worker process against THREADLINE_DATABASE_URL."""
    hand_over("threadline.main", ["worker"], load_settings(), {})


@threadline.command()
@click.argument("channel_type")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 lets the system choose.")
@data_dir_option
def simulate(channel_type: str, port: int, data_dir: Path | None) -> None:
    """Run the simulator of one channel type by itself, for training and tests."""
    from threadline.supervisor import simulator_modules

    modules = simulator_modules()
    if channel_type not in modules:
        raise click.BadParameter(f"There is no simulator of that name; there are: {', '.join(modules)}.")
    arguments = ["simulator", modules[channel_type], "--port", str(port)]
    if data_dir:
        arguments += ["--state-file", str(data_dir / f"{channel_type}.state")]
    hand_over("threadline.main", arguments, load_settings(), {})


# Set-up and operation


@threadline.command()
@data_dir_option
def migrate(data_dir: Path | None) -> None:
    """Bring the database to this release's schema. May be repeated, and run while the old release works."""
    from threadline.operations.database import migrate_database

    with_database(data_dir, migrate_database)


@threadline.command()
@data_dir_option
def setup_link(data_dir: Path | None) -> None:
    """Print a new one-time link that makes the first admin of a workspace."""
    from threadline.operations.links import print_setup_link

    with_database(data_dir, print_setup_link)


@threadline.command()
@click.argument("file", type=EXISTING_FILE)
@data_dir_option
def apply(file: Path, data_dir: Path | None) -> None:
    """Create or change workspace, agents, tokens and channels from one YAML file. May be repeated."""
    from threadline.operations.configuration import apply_file

    with_database(data_dir, lambda settings: apply_file(settings, file))


@threadline.command()
@click.option("--timeout", type=float, default=60, help="Seconds; the exit code is 1 when they are over.")
@data_dir_option
def settle(timeout: float, data_dir: Path | None) -> None:
    """Wait until nothing accepted is unprocessed and nothing due is unsent."""
    from threadline.operations.settling import wait_until_settled

    with_database(data_dir, lambda settings: wait_until_settled(settings, timeout_s=timeout))


@threadline.command()
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True)
@click.option("--url", help="Of the running server, if it is not this machine's.")
@data_dir_option
def replay(files: tuple[Path, ...], url: str | None, data_dir: Path | None) -> None:
    """Post recorded webhook bodies (JSON, or one JSON a line) through the real ingress, correctly signed."""
    from threadline.operations.replaying import replay_files

    with_database(data_dir, lambda settings: replay_files(settings, files, url=url))


@threadline.command()
@data_dir_option
def doctor(data_dir: Path | None) -> None:
    """Check everything that Threadline needs, one line each."""
    from threadline.operations.checkup import check_everything

    if not asyncio.run(check_everything(load_settings(data_dir=data_dir))):
        sys.exit(1)


@threadline.command()
@click.argument("file", type=NEW_FILE)
@click.option("--with-keys", type=NEW_FILE, help="Also write the master key, to this other file: keep it elsewhere.")
@data_dir_option
def backup(file: Path, with_keys: Path | None, data_dir: Path | None) -> None:
    """Write database, files and configuration to one file, while everything runs."""
    from threadline.operations.backup import make_backup

    with_database(data_dir, lambda settings: make_backup(settings, file, keys_file=with_keys))


@threadline.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--keys", type=EXISTING_FILE, help="The file that --with-keys wrote.")
@data_dir_option
def restore(file: Path, keys: Path | None, data_dir: Path | None) -> None:
    """Bring a backup back into an empty data folder or database. Sending stays paused until somebody resumes it."""
    from threadline.operations.restore import restore_backup

    restore_backup(load_settings(data_dir=data_dir), file, keys_file=keys)


@threadline.command()
@data_dir_option
def pause(data_dir: Path | None) -> None:
    """Let no message leave this installation; receiving goes on."""
    from threadline.operations.sending import pause_sending

    with_database(data_dir, pause_sending)


@threadline.command()
@data_dir_option
def resume(data_dir: Path | None) -> None:
    """Let messages leave again, after `pause` or a restore."""
    from threadline.operations.sending import resume_sending

    with_database(data_dir, resume_sending)


@threadline.command()
@data_dir_option
def verify(data_dir: Path | None) -> None:
    """Prove that nobody changed or removed a line of the record of events; the exit code is 1 if somebody did."""
    from threadline.operations.verifying import verify_events

    with_database(data_dir, verify_events)


@threadline.command()
@data_dir_option
def reencrypt(data_dir: Path | None) -> None:
    """Seal every secret again with the first master key. Then the others may be removed."""
    from threadline.operations.keys import reencrypt_secrets

    with_database(data_dir, reencrypt_secrets)


@threadline.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from threadline.operations.description import print_openapi

    print_openapi()


# How commands reach what they need


def check_certificate(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise click.UsageError("--certificate and --certificate-key belong together.")
    for path in (settings.tls_cert, settings.tls_key):
        if path is not None and not os.access(path, os.R_OK):
            raise click.UsageError(f"{path} cannot be read.")


def with_database(data_dir: Path | None, work: Callable[[Settings], Coroutine[Any, Any, bool | None]]) -> None:
    """Runs a command with a database: the configured one, or the embedded one, started if nobody has started it.

    A command that answers False did its work and has bad news: exit code 1.
    """
    from threadline.operations.access import database_for

    with database_for(load_settings(data_dir=data_dir)) as settings:
        is_good = asyncio.run(work(settings))
    if is_good is False:
        sys.exit(1)


def hand_over(module: str, arguments: list[str], settings: Settings, environment: dict[str, str]) -> NoReturn:
    """Becomes the long-running process: what the command line has imported does not stay in memory."""
    given = environment_of(settings) | environment
    os.execve(sys.executable, [sys.executable, "-m", module, *arguments], os.environ | given)  # noqa: S606


def environment_of(settings: Settings) -> dict[str, str]:
    """What flags may have changed, in the words of the environment."""
    values: dict[str, object | None] = {
        "DATA_DIR": settings.data_dir,
        "HOST": settings.host,
        "PORT": settings.port,
        "TLS_CERT": settings.tls_cert,
        "TLS_KEY": settings.tls_key,
        "DEMO": "1" if settings.demo else "0",
        "INSECURE_HTTP": "1" if settings.insecure_http else "0",
        "SANDBOX": None if settings.sandbox is None else "1" if settings.sandbox else "0",
    }
    return {PREFIX + name: str(value) for name, value in values.items() if value is not None}


if __name__ == "__main__":
    main()
