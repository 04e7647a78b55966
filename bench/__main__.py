"""`python -m bench [part…] [--quick] [--json FILE] [--cache FOLDER]`: every figure of "How fast" in one table."""

import argparse
import asyncio
import importlib
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, load_average, table_of, write_json
from bench.sizes import QUICK, Options, Sizes

PARTS = {
    "ingress": "bench.ingress",
    "receive": "bench.receive",
    "whole": "bench.whole",
    "sockets": "bench.realtime",
    "outbound": "bench.outbound",
    "deadlines": "bench.deadlines",
    "reading": "bench.reading",
    "search": "bench.search",
    "routing": "bench.routing",
    "live": "bench.live",
    "rules": "bench.rules",
    "idle": "bench.idle",
}
"""Each module has `measure(options) -> list[Figure]`."""
# `ui` is `make bench-ui`; `endurance` takes most of an hour.
_BY_NAME = PARTS | {"ui": "bench.ui", "endurance": "bench.endurance"}


def main() -> int:
    arguments = _parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it, what it started is stopped
    sizes = QUICK if arguments.quick else Sizes()
    if arguments.minutes is not None:
        sizes = replace(sizes, endured_s=arguments.minutes * 60, deaf_s=min(sizes.deaf_s, arguments.minutes * 60))
    options = Options(sizes=sizes, is_quick=arguments.quick, cache=arguments.cache)
    figures: list[Figure] = []
    failed: list[str] = []
    for part in arguments.parts or PARTS:
        say(f"{part}: measuring (load average {load_average():.1f})")
        try:
            figures += asyncio.run(importlib.import_module(_BY_NAME[part]).measure(options))
        except Exception:  # one part that fails must not cost the figures of the others
            traceback.print_exc()
            failed.append(part)
    if figures:
        print(table_of(figures))
    if arguments.json:
        write_json(figures, arguments.json)
    if failed:
        print(f"Not measured, see above: {', '.join(failed)}.")
    return 1 if failed else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*_BY_NAME, []], metavar="part", help=", ".join(_BY_NAME))
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that the bench works, no figures")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--cache", type=Path, help="keep the ten million messages here and use them again")
    parser.add_argument("--minutes", type=float, help="how long `endurance` watches, not half an hour")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
