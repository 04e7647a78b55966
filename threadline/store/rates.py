"""Counters against guessing and floods: shared by all processes, kept over restarts, on the database's clock (S12)."""

from dataclasses import dataclass

from threadline.store.session import Session

_HIT = """
insert into rate_counters as r (key, window_started_at, hits) values ($1, now(), $3)
on conflict (key) do update set
    hits = case when r.window_started_at <= now() - make_interval(secs => $2) then $3 else r.hits + $3 end,
    window_started_at = case when r.window_started_at <= now() - make_interval(secs => $2) then now()
                             else r.window_started_at end
returning hits, extract(epoch from window_started_at + make_interval(secs => $2) - now())::float8 as left_s
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `hits` in a window of `window_s`, counted under a key that names no person (a hash of it)."""

    key: str
    hits: int
    window_s: float


async def hit(session: Session, rate: Rate, *, count: int = 1) -> float | None:
    """Counts; None if it is within the rate, else the seconds until the window ends."""
    row = await (await session.raw()).fetchrow(_HIT, rate.key, rate.window_s, count)
    assert row is not None
    return None if row["hits"] <= rate.hits else max(float(row["left_s"]), 1.0)


async def give_back(session: Session, rate: Rate) -> None:
    """Takes back a hit that turned out to be no guess."""
    await (await session.raw()).execute(
        "update rate_counters set hits = hits - 1 where key = $1 and hits > 0", rate.key
    )


_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class FilesPerDay:
    """How many files, and how much, one sender may leave in a day (S47)."""

    files: int
    bytes: int

    async def count(self, session: Session, sender: str, size_bytes: int) -> bool:
        """Counts one file of this size under a key that names no person. False if it is one too many.

        Roll back, or do not, as the file is taken: what was refused need not be counted.
        """
        kib = min(size_bytes // 1024 + 1, 2**30)
        over_files = await hit(session, Rate(f"files:{sender}", self.files, _DAY_S))
        over_bytes = await hit(session, Rate(f"file_kib:{sender}", self.bytes // 1024, _DAY_S), count=kib)
        return over_files is None and over_bytes is None


USUAL_FILES_PER_DAY = FilesPerDay(1000, 5 * 1024**3)
