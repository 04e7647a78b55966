"""Disks that are full: a small tmpfs where we are root, else what stands in for it."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.house import House


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system of its own that fills quickly, and that `grow` makes roomy again."""

    folder: Path

    def grow(self) -> None:
        subprocess.run(["mount", "-o", "remount,size=256m", str(self.folder)], check=True)


def may_mount() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@contextlib.contextmanager
def small_disk(folder: Path, *, size: str, owner: Path | None = None) -> Iterator[SmallDisk]:
    """Mounts over the folder; `owner` is a file of the account that shall write there."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "threadline-test", str(folder)], check=True)
    try:
        if owner is not None:
            account = owner.stat()
            os.chown(folder, account.st_uid, account.st_gid)
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def move_tables(house: House, tables: list[str], *, tablespace: str) -> None:
    """With their indexes and long values."""
    for table in tables:
        await house.query(f'alter table "{table}" set tablespace {tablespace}')
        for row in await house.query("select indexname from pg_indexes where tablename = $1", table):
            await house.query(f'alter index "{row["indexname"]}" set tablespace {tablespace}')


async def partitions_now(house: House, parent: str) -> list[str]:
    """The partition that is being written."""
    rows = await house.query(
        "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass"
        " and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'"
        " and first_uuid_at(now())::text >= substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \\(''([^'']+)')"
        " and first_uuid_at(now())::text < substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \\(''([^'']+)')",
        parent,
    )
    return [row["relname"] for row in rows]


_REFUSE_AS_A_FULL_DISK_DOES = """
create function disk_is_full() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$
"""


@contextlib.asynccontextmanager
async def refusing(house: House, table: str):
    """Where nothing may be mounted: PostgreSQL refuses with the error it has for a full disk."""
    await house.query(_REFUSE_AS_A_FULL_DISK_DOES)
    await house.query(f"create trigger full_disk before insert on {table} for each row execute function disk_is_full()")
    try:
        yield
    finally:
        await house.query(f"drop trigger full_disk on {table}")
        await house.query("drop function disk_is_full()")
