"""The simulator as a process: `python -m threadline.channels.types.whatsapp.simulator --help` says how."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import sys
from pathlib import Path

import uvloop

from .server import Simulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="whatsapp-simulator", description="A WhatsApp Cloud API of your own.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--control-token-file", type=Path, help="read from here, or written here if it does not exist")
    parser.add_argument(
        "--state-file", type=Path, help="everything survives a restart in this file and the folder FILE.d"
    )
    parser.add_argument("--ready-file", type=Path, help="the URL is written here once requests are answered")
    parser.add_argument("--trust", type=Path, help="a certificate (PEM) to trust beside those that everybody trusts")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(options))
    except OSError as error:
        sys.exit(f"The simulator cannot listen on {options.host}:{options.port}: {error.strerror or error}.")


async def serve(options: argparse.Namespace) -> None:
    """Runs until SIGTERM or SIGINT, then stops in order."""
    token = control_token(options.control_token_file)
    simulator = Simulator(
        seed=options.seed, control_token=token, state_file=options.state_file, trusted_file=options.trust
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    async with simulator.running(options.host, options.port):
        if options.control_token_file is None:
            sys.stdout.write(f"control token: {token}\n")
        if options.ready_file is not None:
            part = options.ready_file.with_name(options.ready_file.name + ".part")
            part.write_text(simulator.url)
            part.replace(options.ready_file)
        sys.stdout.write(f"{simulator.url}\n")
        sys.stdout.flush()
        await stopped.wait()


def control_token(path: Path | None) -> str:
    """The token of the control and phone faces; a new one is written for its owner's eyes only."""
    if path is None:
        return secrets.token_urlsafe(24)
    if path.is_file() and (found := path.read_text().strip()):
        return found
    token = secrets.token_urlsafe(24)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
    return token


if __name__ == "__main__":
    main()
