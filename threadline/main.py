"""The composition root: `python -m threadline.main <process>` puts a process together and runs it.

The supervisor starts these processes for `threadline serve`; on several machines `threadline web` and
`threadline worker` start them by themselves. Imports are late, so that each process loads what it needs.
"""

import asyncio
import json
import os
import runpy
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Final

from threadline.core.errors import ThreadlineError
from threadline.infra.settings import Settings, load_settings

EXIT_REFUSED: Final = 78
"""EX_CONFIG: starting again will not help; the supervisor stops."""
EXIT_TRY_AGAIN: Final = 75
"""EX_TEMPFAIL."""

_CONNECTION_LOG: Final = "THREADLINE_TEST_CONNECTION_LOG"


def main() -> None:
    process, *rest = sys.argv[1:]
    _record_connections()
    _stop_with_parent()
    if process == "simulator":
        _run_simulator(rest)
        return
    try:
        settings = load_settings()
        run(_PROCESSES[process](settings))
    except ThreadlineError as error:
        from threadline.house import CannotReach

        print(f"threadline: {error.text}", file=sys.stderr, flush=True)  # noqa: T201
        sys.exit(EXIT_TRY_AGAIN if isinstance(error, CannotReach) else EXIT_REFUSED)
    except Exception:
        from threadline.infra.log import get_logger

        get_logger("process").exception("process_failed")
        sys.exit(1)


def run(work: Awaitable[None]) -> None:
    """One event loop for the whole process, uvloop where there is one."""
    try:
        if _CONNECTION_LOG in os.environ:
            raise ImportError  # uvloop connects below Python, where nobody could record it
        import uvloop
    except ImportError:
        asyncio.run(_as_coroutine(work))
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_as_coroutine(work))


async def _as_coroutine(work: Awaitable[None]) -> None:
    await work


async def prepare(settings: Settings) -> None:
    """Everything a first start needs and a later one may: prints what the supervisor tells people, as one JSON line."""
    from threadline.infra.log import configure_logging
    from threadline.preparation import prepare_installation

    configure_logging(level="warning", output_format=settings.log_format, process="prepare")

    result = await prepare_installation(settings)
    print(json.dumps(result), flush=True)  # noqa: T201 - the answer to the supervisor


async def run_web(settings: Settings) -> None:
    from threadline.processes.front import serve_web

    await serve_web(settings, listener=_inherited_listener(), stop=stop_signal())


async def run_worker(settings: Settings) -> None:
    from threadline.infra.log import configure_logging
    from threadline.processes.worker import serve_worker

    configure_logging(level=settings.log_level, output_format=settings.log_format, process="worker")

    await serve_worker(settings, stop=stop_signal())


_PROCESSES: Final[dict[str, Callable[[Settings], Awaitable[None]]]] = {
    "prepare": prepare,
    "web": run_web,
    "worker": run_worker,
}


def stop_signal() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; a second one ends the process at once (R28)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask)
    return stop


def _inherited_listener() -> socket.socket | None:
    """The supervisor's listening socket, or None when this process was started by itself."""
    descriptor = os.environ.pop("THREADLINE_LISTEN_FD", None)
    return socket.socket(fileno=int(descriptor)) if descriptor else None


def _run_simulator(arguments: list[str]) -> None:
    """A channel type's simulator in a process of its own: it imports nothing of ours, and we only its module's name."""
    module, *options = arguments
    sys.argv = [module, *options]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _record_connections() -> None:
    """For the test that finds only loopback and connected channels: a line for everything any library connects to."""
    path = os.environ.get(_CONNECTION_LOG)
    if path is None:
        return
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def record(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect":
            os.write(log, f"{arguments[1]!r}\n".encode())

    sys.addaudithook(record)


def _stop_with_parent() -> None:
    """When the supervisor is killed, its end of the pipe closes, and this process stops in order."""
    descriptor = os.environ.pop("THREADLINE_PARENT_FD", None)
    if descriptor is None:
        return

    def wait() -> None:
        os.read(int(descriptor), 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


if __name__ == "__main__":
    main()
