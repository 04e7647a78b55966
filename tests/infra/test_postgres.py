"""The embedded server: real programs, real processes, real signals."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from threadline.infra.postgres import (
    EmbeddedPostgres,
    PostgresError,
    embedded_programs,
    password_of,
    run_sql,
    with_database,
    without_password,
)

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short and private, and gone afterwards with whatever the server put elsewhere."""
    path = Path(tempfile.mkdtemp(prefix="tl-", dir="/tmp"))
    yield path
    place = (path / "postgres").resolve()
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


def ask(server: EmbeddedPostgres, statement: str) -> str:
    return run_sql(embedded_programs(), server.url, statement)


def server_process(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def until_ended(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_server_is_created_stopped_and_started_again_with_its_data(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    assert ask(server, "select concat(datlocprovider, datlocale, pg_encoding_to_char(encoding)) from pg_database"
                       " where datname = current_database()") == "bC.UTF-8UTF8"  # fmt: skip
    assert ask(server, "show listen_addresses") == ""
    assert (ask(server, "show fsync"), ask(server, "show synchronous_commit"), ask(server, "show jit")) == (
        "on",
        "on",
        "off",
    )
    ask(server, "create table kept (a int)")
    pid = server_process(folder)
    server.stop()
    until_ended(pid)
    again = EmbeddedPostgres(folder)
    again.start()
    assert ask(again, "select count(*) from kept") == "0"
    again.stop()


def test_socket_and_password_are_for_us_alone(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        place = folder / "postgres"
        assert stat.S_IMODE((place / "socket").stat().st_mode) == 0o700
        assert stat.S_IMODE((place / "password").stat().st_mode) == 0o600
        with pytest.raises(PostgresError, match="password"):
            run_sql(embedded_programs(), without_password(server.url), "select 1")
    finally:
        server.stop()


def test_last_owner_stops_the_server(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder), EmbeddedPostgres(folder)
    first.start()
    second.start()
    pid = server_process(folder)
    assert first.url == second.url
    first.stop()
    assert ask(second, "select 1") == "1"
    second.stop()
    until_ended(pid)


def test_server_of_a_killed_parent_is_adopted(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from threadline.infra.postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); print('started', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"
    pid = server_process(folder)
    parent.kill()
    parent.wait()
    assert is_running(pid)
    server = EmbeddedPostgres(folder)
    server.start()
    assert server_process(folder) == pid
    server.stop()
    until_ended(pid)


def test_killed_server_is_started_again(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    pid = server_process(folder)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 15
    while True:
        server.keep_running()
        try:
            assert ask(server, "select 1") == "1"
            break
        except PostgresError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert server_process(folder) != pid
    server.stop()


def test_two_first_starts_at_once_make_one_server(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from threadline.infra.postgres import *\n"
        "server = EmbeddedPostgres(Path(sys.argv[1])); server.start()\n"
        "print(run_sql(embedded_programs(), server.url, 'select 1'), flush=True); sys.stdin.read(); server.stop()"
    )
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for start in starts:
        assert start.stdout is not None
        assert start.stdout.readline() == "1\n"
    pid = server_process(folder)
    for start in starts:
        start.communicate()
        assert start.returncode == 0
    until_ended(pid)


def test_creation_that_was_killed_leaves_nothing_in_the_way(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    server.stop()
    place = folder / "postgres"
    shutil.rmtree(place / "data")
    (place / "new-half").mkdir()
    (place / "new-half" / "PG_VERSION").write_text("18\n")
    server.start()
    assert ask(server, "select 1") == "1"
    assert not (place / "new-half").exists()
    server.stop()


def test_long_path_gets_a_short_private_socket(folder: Path) -> None:
    deep = folder / ("a" * 60) / ("b" * 60)
    server = EmbeddedPostgres(deep)
    folder.chmod(0o755)
    server.start()
    socket_folder = Path(ask(server, "show unix_socket_directories"))
    try:
        assert len(str(socket_folder)) < 60
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    finally:
        server.stop()
        shutil.rmtree((deep / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(socket_folder, ignore_errors=True)


def test_other_major_version_is_one_sentence_that_names_the_way_out(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    server.stop()
    (folder / "postgres" / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresError, match=r"PostgreSQL 17 .*threadline backup.*threadline restore"):
        server.start()


def test_process_id_of_another_program_is_not_taken_for_the_server(folder: Path) -> None:
    """After a crash of the machine the file is left, and its number may belong to anybody."""
    server = EmbeddedPostgres(folder)
    server.start()
    pid_file = folder / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    other = subprocess.Popen(["sleep", "30"])
    try:
        pid_file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        server.start()
        assert ask(server, "select 1") == "1"
        server.stop()
        assert other.poll() is None
    finally:
        other.kill()


@pytest.mark.skipif(not IS_ROOT, reason="only root changes to another user")
def test_root_runs_the_server_as_a_user_of_its_own_and_opens_nothing_above() -> None:
    closed = Path(tempfile.mkdtemp(prefix="tl-closed-", dir="/root"))
    folder = closed / "data"
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert stat.S_IMODE(Path("/root").stat().st_mode) == 0o700
        place = (folder / "postgres").resolve()
        assert place.is_relative_to("/var/lib/threadline")
        assert Path(f"/proc/{server_process(folder)}").stat().st_uid != 0
        assert ask(server, "select 1") == "1"
    finally:
        server.stop()
        shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(closed)


@pytest.mark.skipif(not IS_ROOT, reason="only root changes to another user")
def test_lost_place_of_the_data_is_named_and_not_made_anew(folder: Path) -> None:
    (folder / "postgres").symlink_to("/var/lib/threadline/postgres-that-is-gone")
    with pytest.raises(PostgresError, match="postgres-that-is-gone"):
        EmbeddedPostgres(folder).start()
    (folder / "postgres").unlink()


def test_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(PostgresError, match="--data-dir"):
        EmbeddedPostgres(tmp_path / "data").start()


def test_parts_of_a_url() -> None:
    url = "postgresql://me:p%40ss@/one?host=/tmp/x"
    assert password_of(url) == "p@ss"
    assert without_password(url) == "postgresql://me@/one?host=/tmp/x"
    assert with_database(url, "two") == "postgresql://me:p%40ss@/two?host=/tmp/x"
    assert with_database("postgresql://h:5432/one", "two") == "postgresql://h:5432/two"
