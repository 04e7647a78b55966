"""Counters against guessing: shared by all processes, kept over restarts, on the database's clock (S12)."""

from dataclasses import dataclass

from threadline.store.session import Session

_HIT = """
insert into rate_counters as r (key, window_started_at, hits) values ($1, now(), 1)
on conflict (key) do update set
    hits = case when r.window_started_at <= now() - make_interval(secs => $2) then 1 else r.hits + 1 end,
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


async def hit(session: Session, rate: Rate) -> float | None:
    """Counts one; None if it is within the rate, else the seconds until the window ends."""
    row = await (await session.raw()).fetchrow(_HIT, rate.key, rate.window_s)
    assert row is not None
    return None if row["hits"] <= rate.hits else max(float(row["left_s"]), 1.0)


async def give_back(session: Session, rate: Rate) -> None:
    """Takes back a hit that turned out to be no guess."""
    await (await session.raw()).execute(
        "update rate_counters set hits = hits - 1 where key = $1 and hits > 0", rate.key
    )
