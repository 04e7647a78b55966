"""What stands behind the front of a web process: webhooks, the feed, and the API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import msgspec

from threadline.actions.channel_secrets import open_endpoint_secrets
from threadline.channels.registry import all_channel_types
from threadline.house import House, database_url
from threadline.infra import metrics
from threadline.infra.bus import Bus
from threadline.infra.clock import new_id, utc_now
from threadline.infra.metrics import Metrics, QueueState
from threadline.infra.settings import Settings
from threadline.processes.common import background, reached
from threadline.store.session import Database, Role
from threadline.store.waiting import Waiting, count_waiting
from threadline.store.workers import list_worker_figures
from threadline.web.app import Web, create_web
from threadline.web.ingress import open_ingress

_POOL: Final = 10
_WORKER_LIVES_S: Final = 15.0


@asynccontextmanager
async def open_edge(settings: Settings, *, stop: asyncio.Event) -> AsyncIterator[Web]:
    """Everything behind the front of a web process; closed when its block ends, deliveries committed."""
    async with reached(settings, stop, pool_size=_POOL) as house, _web_of(house) as web:
        await web.start()
        try:
            yield web
        finally:
            await web.stop()


@asynccontextmanager
async def _web_of(house: House) -> AsyncIterator[Web]:
    settings, limits = house.settings, house.settings.limits
    url = settings.database_ingress_url or database_url(settings)
    async with open_ingress(
        url,
        types=all_channel_types(),
        open_secrets=lambda sealed, endpoint_id: open_endpoint_secrets(house.keyring, endpoint_id, sealed),
        bus=house.bus,
        blobs=house.blobs,
        limits=limits,
        public_url=settings.base_url,
        now=utc_now,
        new_id=new_id,
    ) as ingress:
        web = create_web(
            settings,
            house.database,
            keyring=house.keyring,
            http=house.http,
            blobs=house.blobs,
            scanner=house.scanner,
            ingress=ingress,  # pyright: ignore[reportArgumentType] - it names the scope a dict, which it is
            read_metrics=_metrics_of(house.database).render,
            read_health=partial(describe_health, house.database),
        )
        async with background(_pass_hints(house.bus, web), metrics.watch_loop()):
            yield web


async def _pass_hints(bus: Bus, web: Web) -> None:
    """News of the database to this process's sockets."""
    with bus.subscribe("feed:", "presence:") as news:
        while True:
            web.hub.hint(await news.wait(timeout_s=60))


def _metrics_of(database: Database) -> Metrics:
    async def read_workers() -> list[tuple[str, bytes]]:
        async with database.transaction(Role.ENGINE) as session:
            return await list_worker_figures(session, within_s=_WORKER_LIVES_S)

    page = Metrics(read_workers)

    async def read() -> list[QueueState]:
        for role, in_use in database.pool_usage():
            metrics.pool_in_use.labels(role.value).set(in_use)
        return [QueueState(one.kind, one.depth, one.oldest_s) for one in await _waiting(database)]

    page.register_reader(read)
    return page


async def describe_health(database: Database) -> bytes:
    """What /ready says to who has the token: `degraded` names the kinds of work that are late (T3, R14)."""
    waiting = await _waiting(database)
    is_drained = not any(one.depth for one in waiting)
    late = [one.kind for one in waiting if one.is_late]
    return msgspec.json.encode(
        {"live": True, "ready": True, "drained": is_drained, "degraded": late, "waiting": waiting}
    )


async def _waiting(database: Database) -> list[Waiting]:
    async with database.transaction(Role.ENGINE) as session:
        return await count_waiting(session)
