"""A process of the product on a machine whose wall clock is wrong: `python -m tests.faults.shifted SECONDS worker`.

The wall clock of this process runs on from there; the monotonic clock, like the database's, is not touched.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

import time_machine


def main() -> None:
    seconds, *arguments = sys.argv[1:]
    travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(seconds)), tick=True)
    monotonic = time.monotonic
    travel.start()
    assert abs(time.monotonic() - monotonic()) < 1, "in-process waits use a clock that does not jump"
    sys.argv = ["threadline.main", *arguments]
    from threadline.main import main as run

    run()


if __name__ == "__main__":
    main()
