"""The worker process: hosts channels, consumers, upkeep and jobs."""

import asyncio
from functools import partial
from typing import Final

import msgspec

from threadline.actions.channel_secrets import open_channel_secrets
from threadline.channels.contract import ChannelAccess
from threadline.core.errors import Unavailable
from threadline.house import House, database_url, direct_url
from threadline.infra import metrics
from threadline.infra.clock import new_id, utc_now
from threadline.infra.mail import mail_server
from threadline.infra.settings import Settings
from threadline.processes.common import background, reached
from threadline.store.channels_hosted import HostedChannel
from threadline.store.rates import FilesPerDay
from threadline.workers.channel_host import HostTools
from threadline.workers.digests import Digests
from threadline.workers.pusher import Pusher
from threadline.workers.send_loop import SendTimes
from threadline.workers.webhook_sender import WebhookSender
from threadline.workers.worker import Worker

_POOL: Final = 12
_SETTINGS: Final = msgspec.json.Decoder(dict[str, str])


async def serve_worker(settings: Settings, *, stop: asyncio.Event) -> None:
    """Until `stop`; then claims nothing more, finishes what is on its way, and gives its leases back (R28)."""
    limits = settings.limits
    async with reached(settings, stop, pool_size=_POOL) as house, background(metrics.watch_loop()):
        tools = HostTools(
            database=house.database,
            bus=house.bus,
            blobs=house.blobs,
            http=house.http,
            scanner=house.scanner,
            open_access=partial(_open_access, house),
            now=utc_now,
            new_id=new_id,
            poll_s=limits.poll_s,
            send_times=SendTimes(
                poll_s=limits.poll_s,
                send_timeout_s=limits.send_timeout_s,
                uncertain_wait_s=limits.uncertain_wait_s,
            ),
        )
        worker = Worker(
            tools=tools,
            direct_url=direct_url(settings),
            owner_url=database_url(settings),
            worker_id=new_id(),
            beat_s=limits.beat_s,
            lease_dead_s=limits.lease_dead_s,
            retention_days=limits.delivery_retention_days,
            unsent_file_s=limits.unsent_file_s,
            media_limit_bytes=limits.upload_bytes,
            files_per_day=FilesPerDay(limits.files_per_day, limits.file_bytes_per_day),
            digests=_digests(house),
            pusher=Pusher(house.database, house.http, house.keyring, _subject(settings), limits.poll_s),
            webhook_sender=WebhookSender(
                house.database, house.bus, house.http, house.keyring, utc_now, new_id, limits.poll_s
            ),
        )
        await worker.run(stop)


def _digests(house: House) -> Digests | None:
    settings = house.settings
    if settings.smtp_url is None:
        return None
    server = mail_server(settings.smtp_url, sender=settings.smtp_from, base_url=settings.base_url)
    return Digests(house.database, server, settings.base_url, utc_now)


def _subject(settings: Settings) -> str:
    """Push services want to know whom they may ask; some take an https address only."""
    return settings.base_url if settings.is_https else "mailto:postmaster@localhost.localdomain"


def _open_access(house: House, channel: HostedChannel) -> ChannelAccess:
    """The provider's address, or that of the simulator where a practice channel lives."""
    simulator_url = house.settings.simulator_url(channel.type)
    if channel.is_practice and simulator_url is None:
        raise Unavailable("The practice phone is not running here.")
    return ChannelAccess(
        channel_id=channel.id,
        address=channel.address,
        account=channel.account,
        base_url=simulator_url if channel.is_practice and simulator_url else house.settings.graph_url,
        secrets=open_channel_secrets(house.keyring, channel.id, channel.secrets),
        settings=_SETTINGS.decode(channel.settings),
    )
