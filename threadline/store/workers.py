"""What workers tell of themselves with each beat (infra/lease.py writes it)."""

from threadline.store.session import Session


async def list_worker_figures(session: Session, *, within_s: float) -> list[tuple[str, bytes]]:
    """Of each worker that beat lately: its name, and what it counted as `infra/metrics.py: snapshot` wrote it."""
    rows = await (await session.raw()).fetch(
        "select host || ':' || pid as name, figures::text as figures from workers"
        " where beat_at > now() - make_interval(secs => $1) and figures is not null order by id",
        within_s,
    )
    return [(row["name"], row["figures"].encode()) for row in rows]
