"""The job that changes many conversations: part after part, each in a transaction of its own, until all are done."""

from threadline.actions.change_many import ChangeMany, do_next_part
from threadline.infra.jobs import JobRunner
from threadline.store.session import Role
from threadline.workers.channel_host import HostTools

_JOB_TIMEOUT_S = 900


def register_bulk(jobs: JobRunner, tools: HostTools) -> None:
    """Let these jobs run here. A worker that dies leaves the rest of an order to another."""

    async def handle(job: ChangeMany) -> None:
        await change_many(job, tools)

    jobs.handle(ChangeMany, handle, timeout_s=_JOB_TIMEOUT_S, concurrency=4)


async def change_many(job: ChangeMany, tools: HostTools) -> None:
    has_more = True
    while has_more:
        async with tools.database.transaction(Role.ENGINE, job.workspace_id) as session:
            has_more = await do_next_part(session, job, now=tools.now(), new_id=tools.new_id)
