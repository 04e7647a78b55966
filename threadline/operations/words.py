"""What commands say: plain lines on stdout, so that scripts can read them and terminals need no library."""

import sys


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the words of the command line


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201
