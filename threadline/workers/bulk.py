"""Jobs with many parts, each in a transaction of its own, until all are done: changes of conversations, tables of
contacts and taking those back."""

from threadline.actions.change_many import ChangeMany, do_next_part
from threadline.actions.import_contacts import ImportContacts, import_next_rows
from threadline.actions.undo_import import UndoImport, undo_next_contacts
from threadline.channels.registry import channel_type
from threadline.infra.jobs import JobRunner
from threadline.store.session import Role
from threadline.workers.channel_host import HostTools

_JOB_TIMEOUT_S = 900
_IMPORT_TIMEOUT_S = 3_600
"""A table of two hundred thousand rows takes about as long; what is left then is the next attempt's."""


def register_bulk(jobs: JobRunner, tools: HostTools) -> None:
    """Let these jobs run here. A worker that dies leaves the rest to another."""

    async def handle(job: ChangeMany) -> None:
        await change_many(job, tools)

    async def read_in(job: ImportContacts) -> None:
        await import_contacts(job, tools)

    async def take_back(job: UndoImport) -> None:
        await undo_import(job, tools)

    jobs.handle(ChangeMany, handle, timeout_s=_JOB_TIMEOUT_S, concurrency=4)
    jobs.handle(ImportContacts, read_in, timeout_s=_IMPORT_TIMEOUT_S, concurrency=4)
    jobs.handle(UndoImport, take_back, timeout_s=_IMPORT_TIMEOUT_S, concurrency=4)


async def change_many(job: ChangeMany, tools: HostTools) -> None:
    has_more = True
    while has_more:
        async with tools.database.transaction(Role.ENGINE, job.workspace_id) as session:
            has_more = await do_next_part(session, job, now=tools.now(), new_id=tools.new_id, find_type=channel_type)


async def import_contacts(job: ImportContacts, tools: HostTools) -> None:
    has_more = True
    while has_more:
        async with tools.database.transaction(Role.ENGINE, job.workspace_id) as session:
            has_more = await import_next_rows(session, job, now=tools.now(), new_id=tools.new_id)


async def undo_import(job: UndoImport, tools: HostTools) -> None:
    has_more = True
    while has_more:
        async with tools.database.transaction(Role.ENGINE, job.workspace_id) as session:
            has_more = await undo_next_contacts(session, job, now=tools.now(), new_id=tools.new_id)
