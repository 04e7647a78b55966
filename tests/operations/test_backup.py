"""Backup and restore: a round trip of a running installation, and every way in which a restore must refuse."""

import base64
import hashlib
import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import msgspec
import pytest

from tests.conftest import PostgresServer
from tests.operations.conftest import KEY
from tests.operations.test_apply import FILE
from threadline.core.errors import ThreadlineError
from threadline.infra.blobs import Blobs
from threadline.infra.postgres import EmbeddedPostgres, embedded_programs, run_sql, with_database
from threadline.infra.settings import Settings, load_settings
from threadline.operations.archive import Manifest, check_archive
from threadline.operations.backup import make_backup
from threadline.operations.configuration import apply_file
from threadline.operations.restore import restore_backup

CONTENT = b"a photo" * 100_000

CONTACT_ID = "00000000-0000-7000-8000-00000000c001"
CONVERSATION_ID = "00000000-0000-7000-8000-00000000c002"


@pytest.fixture(scope="module")
async def archive(installation: Settings, data_dir: Path) -> Path:
    """Of an installation with a channel, a file, a queued and a claimed message."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ANA_PASSWORD", "NUMBER_TOKEN"):
            patch.setenv(name, "correct horse battery")
        patch.setenv("APP_SECRET", "0123456789abcdef" * 2)
        (data_dir / "desk.yaml").write_text(FILE)
        await apply_file(installation, data_dir / "desk.yaml")
    await Blobs(folder=data_dir / "blobs").put(CONTENT)
    await _add_messages(installation, statuses=[0, 1, 2])
    file = data_dir / "desk.backup"
    (data_dir / "desk.keys").touch(mode=0o666)
    await make_backup(installation, file, keys_file=data_dir / "desk.keys")
    return file


async def _add_messages(settings: Settings, *, statuses: list[int]) -> None:
    connection = await asyncpg.connect(settings.database_url)
    channel = await connection.fetchrow("select workspace_id, id from channels")
    assert channel is not None
    common: dict[str, object] = {
        "workspace_id": channel["workspace_id"],
        "channel_id": channel["id"],
        "contact_id": CONTACT_ID,
        "conversation_id": CONVERSATION_ID,
        "direction": "outgoing",
        "author_kind": "agent",
        "kind": "text",
        "content": '{"kind":"text","text":"hello"}',
    }
    await _insert(connection, "contacts", common | {"id": CONTACT_ID})
    await _insert(connection, "conversations", common | {"id": CONVERSATION_ID})
    for number, status in enumerate(statuses, start=1):
        message_id, attempt_id = (f"0198d3a0-0000-7000-8000-00000000{kind}00{number}" for kind in "ab")
        await _insert(connection, "messages", common | {"id": message_id, "seq": number})
        attempt = {"id": attempt_id, "message_id": message_id, "seq": number, "status": status}
        await _insert(connection, "attempts", common | attempt, "status")
    await connection.close()


async def _required_columns(connection: asyncpg.Connection, table: str) -> set[str]:
    rows = await connection.fetch(
        "select column_name from information_schema.columns"
        " where table_name = $1 and is_nullable = 'NO' and column_default is null"
        " and is_generated = 'NEVER'",
        table,
    )
    return {row[0] for row in rows}


async def _insert(connection: asyncpg.Connection, table: str, values: dict[str, object], *more: str) -> None:
    """What the columns need; times are now. So the test knows the schema only as far as it must."""
    chosen = {name: values.get(name) for name in {*await _required_columns(connection, table), *more}}
    rendered = ", ".join("now()" if value is None else f"'{value}'" for value in chosen.values())
    await connection.execute(f"insert into {table} ({', '.join(chosen)}) values ({rendered})")


@pytest.fixture
def empty() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tl-new-", dir="/tmp"))
    yield folder
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def at(folder: Path) -> Settings:
    return load_settings({"THREADLINE_DATA_DIR": str(folder)})


def test_round_trip_gives_the_same_with_sending_paused(
    archive: Path, empty: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    restore_backup(at(empty), archive, keys_file=data_dir / "desk.keys")
    said = capsys.readouterr().out
    assert "Shop / Support: 2 messages waited" in said
    assert "threadline resume" in said
    server = EmbeddedPostgres(empty)
    server.start()
    try:

        def ask(query: str) -> str:
            return run_sql(embedded_programs(), server.url, query)

        assert ask("select count(*) from channels") == "1"
        assert ask("select sending_paused_reason from installation") == "restored"
        assert ask("select status, uncertain_reason from attempts order by id") == "1|restored\n1|restored\n2|"
        assert ask("select count(*) from pg_policies where roles @> array['threadline_web'::name]") != "0"
    finally:
        server.stop()
    [stored] = [path for path in (empty / "blobs").rglob("*") if path.is_file()]
    assert stored.read_bytes() == CONTENT
    assert (empty / "keys" / "master.key").read_text().strip() == KEY


def test_round_trip_into_a_database_of_ones_own(archive: Path, empty: Path, postgres: PostgresServer) -> None:
    """Which may be older than the programs that restore into it: run with --external-postgres for that."""
    name = f"threadline_restored_{secrets.token_hex(4)}"
    run_sql(embedded_programs(), postgres.url, f"create database {name}")
    url = with_database(postgres.url, name)
    try:
        settings = replace(at(empty), database_url=url, master_key=KEY)
        restore_backup(settings, archive, keys_file=None)
        assert run_sql(embedded_programs(), url, "select sending_paused_reason from installation") == "restored"
        assert run_sql(embedded_programs(), url, "select count(*) from attempts") == "3"
    finally:
        run_sql(embedded_programs(), postgres.url, f"drop database {name} with (force)")


@pytest.mark.parametrize("step", ["_check_counts", "_restore_blobs", "prepare_database"])
def test_restore_that_ends_in_the_middle_leaves_nothing_that_would_send(
    archive: Path, empty: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """R35: somebody may start the desk after a restore that was interrupted."""

    async def end(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"threadline.operations.restore.{step}", end)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(at(empty), archive, keys_file=data_dir / "desk.keys")
    server = EmbeddedPostgres(empty)
    server.start()
    try:
        found = run_sql(
            embedded_programs(),
            server.url,
            "select (select sending_paused_reason from installation),"
            " (select count(*) from attempts where status = 0 or status = 1 and uncertain_at is null)",
        )
    finally:
        server.stop()
    assert found == "restored|0"


def test_restore_of_rows_that_do_not_fit_brings_back_nothing(
    archive: Path, empty: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threadline.operations.restore.PAUSE_AND_MARK", "select 1/0;")
    with pytest.raises(ThreadlineError, match="division by zero"):
        restore_backup(at(empty), archive, keys_file=data_dir / "desk.keys")
    server = EmbeddedPostgres(empty)
    server.start()
    try:
        assert run_sql(embedded_programs(), server.url, "select to_regclass('installation') is null") == "t"
    finally:
        server.stop()


def test_backup_does_not_carry_the_key(archive: Path) -> None:
    assert KEY.encode() not in archive.read_bytes()
    assert archive.stat().st_mode & 0o777 == 0o600


def test_manifest_counts_and_checks_everything(archive: Path) -> None:
    manifest = check_archive(archive)
    assert manifest.counts["channels"] == 1
    assert manifest.counts["messages"] == 3
    names = {member.name for member in manifest.members}
    assert {"database.dump", "configuration.json"} < names
    assert hashlib.sha256(CONTENT).hexdigest() in {member.sha256 for member in manifest.members}


def test_restore_without_the_key_is_refused_before_anything_is_made(archive: Path, empty: Path) -> None:
    with pytest.raises(ThreadlineError, match="--keys"):
        restore_backup(at(empty), archive, keys_file=None)
    assert list(empty.iterdir()) == []


def test_restore_with_another_key_is_refused(archive: Path, empty: Path, tmp_path: Path) -> None:
    (tmp_path / "other.keys").write_text(base64.b64encode(b"x" * 32).decode())
    with pytest.raises(ThreadlineError, match="another one was given"):
        restore_backup(at(empty), archive, keys_file=tmp_path / "other.keys")
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("position", [0.1, 0.5, 0.9])
def test_damaged_file_is_refused(archive: Path, empty: Path, data_dir: Path, tmp_path: Path, position: float) -> None:
    content = bytearray(archive.read_bytes())
    content[int(len(content) * position)] ^= 0xFF
    (tmp_path / "damaged").write_bytes(content)
    with pytest.raises(ThreadlineError, match=r"damaged|not whole"):
        restore_backup(at(empty), tmp_path / "damaged", keys_file=data_dir / "desk.keys")
    assert list(empty.iterdir()) == []


def test_half_a_file_is_refused(archive: Path, empty: Path, data_dir: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    (tmp_path / "half").write_bytes(content[: len(content) // 2])
    with pytest.raises(ThreadlineError, match=r"damaged|not whole"):
        restore_backup(at(empty), tmp_path / "half", keys_file=data_dir / "desk.keys")


def test_backup_of_a_newer_release_is_refused(archive: Path, empty: Path, data_dir: Path, tmp_path: Path) -> None:
    _rewrite_manifest(archive, tmp_path / "newer", schema="9999")
    with pytest.raises(ThreadlineError, match="newer one"):
        restore_backup(at(empty), tmp_path / "newer", keys_file=data_dir / "desk.keys")


def _rewrite_manifest(source: Path, target: Path, *, schema: str) -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for info in old:
            content = old.extractfile(info)
            assert content is not None
            if info.name == "manifest.json":
                manifest = msgspec.json.decode(content.read(), type=Manifest)
                raw = msgspec.json.encode(msgspec.structs.replace(manifest, schema=schema))
                info.size = len(raw)
                with tempfile.TemporaryFile() as passing:
                    passing.write(raw)
                    passing.seek(0)
                    new.addfile(info, passing)
            else:
                new.addfile(info, content)


def test_restore_over_an_installation_is_refused(
    archive: Path, installation: Settings, empty: Path, data_dir: Path, postgres: PostgresServer
) -> None:
    occupied = replace(installation, data_dir=empty)
    with pytest.raises(ThreadlineError, match="not empty"):
        restore_backup(occupied, archive, keys_file=data_dir / "desk.keys")


async def test_backup_that_cannot_be_written_leaves_nothing(installation: Settings, tmp_path: Path) -> None:
    absent = tmp_path / "absent" / "x"
    for file, keys_file in ((absent, None), (tmp_path / "desk.backup", absent)):
        with pytest.raises(ThreadlineError, match="cannot be written"):
            await make_backup(installation, file, keys_file=keys_file)
        assert os.listdir(tmp_path) == []


def test_key_file_is_for_its_owner_whatever_stood_there(data_dir: Path, archive: Path) -> None:
    assert (data_dir / "desk.keys").stat().st_mode & 0o777 == 0o600
