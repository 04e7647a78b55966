"""`threadline serve` as people run it: real processes, real signals, one clear sentence when it cannot."""

import ast
import base64
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.desk import Desk, is_alive, started
from tests.ports import free_port
from tests.postgres_server import server_of

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _nothing_is_left_running() -> Iterator[None]:
    yield
    while started:
        desk = started.pop()
        if desk.process.poll() is None:
            desk.process.terminate()
            desk.process.wait(30)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tl-desk-", dir="/tmp"))
    yield folder
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def port() -> int:
    return free_port()


def refusal(data_dir: Path, *flags: str, environment: dict[str, str] | None = None) -> str:
    """What a start that must fail says: one sentence on its last line, and a non-zero exit."""
    desk = Desk(data_dir, 0, *flags, environment=environment)
    code = desk.process.wait(60)
    said = desk.said.strip().splitlines()
    assert code not in (0, None), said
    assert "Traceback" not in desk.said
    desk.output.unlink()
    return said[-1]


def test_first_start_links_to_the_set_up_and_the_second_is_quick(data_dir: Path, port: int) -> None:
    desk = Desk(data_dir, port)
    desk.until_running()
    link = re.search(r"http://localhost:\d+/setup\?token=(\S+)", desk.said)
    assert link is not None, desk.said
    assert desk.get("/")[0] == 200
    desk.until(desk.is_ready)  # the page is there first and asks again; on a busy machine that shows
    assert desk.get(f"/api/setup?token={link[1]}")[0] == 200
    started = time.monotonic()
    assert desk.stop() == 0
    assert time.monotonic() - started < 25
    assert not (data_dir / "postgres" / "data" / "postmaster.pid").exists()

    again = Desk(data_dir, port)
    again.until(lambda: again.get("/")[0] == 200)
    again.until(again.is_ready)
    assert again.stop() == 0


def test_whatever_is_killed_comes_back(data_dir: Path, port: int) -> None:
    desk = Desk(data_dir, port)
    desk.until_running()
    for name in ("web", "worker"):
        killed = desk.child(name)
        os.kill(killed, signal.SIGKILL)
        desk.until(lambda name=name, killed=killed: _is_replaced(desk, name, killed), within_s=15)
    database = int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(database, signal.SIGKILL)
    desk.until(lambda: not is_alive(database), within_s=15)
    desk.until(desk.is_ready, within_s=15)
    assert desk.stop() == 0


def _is_replaced(desk: Desk, name: str, killed: int) -> bool:
    try:
        return desk.child(name) != killed and desk.is_ready()
    except (AssertionError, FileNotFoundError):
        return False


def test_killed_supervisor_takes_its_children_along_and_the_next_start_adopts_the_database(
    data_dir: Path, port: int
) -> None:
    desk = Desk(data_dir, port)
    desk.until_running()
    children = [desk.child("web"), desk.child("worker")]
    database = int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    desk.process.kill()
    desk.process.wait()
    deadline = time.monotonic() + 25
    while any(is_alive(child) for child in children):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert is_alive(database)
    again = Desk(data_dir, port)
    again.until(again.is_ready)
    assert int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0]) == database
    assert again.stop() == 0
    assert not is_alive(database)


def test_second_start_on_the_same_data_says_who_has_it(data_dir: Path, port: int) -> None:
    desk = Desk(data_dir, port)
    desk.until_running()
    said = refusal(data_dir)
    assert f"process {desk.process.pid}" in said
    assert "--data-dir" in said
    assert desk.stop() == 0


def test_wrong_master_key_is_refused(data_dir: Path) -> None:
    wrong = base64.b64encode(b"w" * 32).decode()
    said = refusal(data_dir, environment={"THREADLINE_MASTER_KEY": wrong})
    assert "another master key" in said
    assert wrong not in said


def test_lost_master_key_is_not_replaced(data_dir: Path) -> None:
    key = data_dir / "keys" / "master.key"
    aside = key.rename(data_dir / "aside.key")
    try:
        assert "master.key cannot be read" in refusal(data_dir)
        assert not key.exists()
    finally:
        aside.rename(key)


def test_port_in_use(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1])
        said = refusal(data_dir, "--port", number)
    assert said == f"threadline: Port {number} of 127.0.0.1 is in use: choose another with --port."


def test_data_folder_that_cannot_be_written() -> None:
    assert "cannot be written" in refusal(Path("/proc/threadline"))


def test_database_that_does_not_answer(tmp_path: Path) -> None:
    url = "postgresql://me:canary@127.0.0.1:1/none"
    said = refusal(tmp_path, environment={"THREADLINE_DATABASE_URL": url, "THREADLINE_MASTER_KEY": _some_key()})
    assert "cannot be reached" in said
    assert "canary" not in said


def test_own_database_without_a_key_is_refused(tmp_path: Path) -> None:
    with server_of() as url:
        said = refusal(tmp_path, environment={"THREADLINE_DATABASE_URL": url})
        assert "THREADLINE_MASTER_KEY" in said
        said = refusal(tmp_path, environment={"THREADLINE_DATABASE_URL": url, "THREADLINE_MASTER_KEY": "c2hvcnQ="})
        assert "32 bytes" in said


def _some_key() -> str:
    return base64.b64encode(b"k" * 32).decode()


def test_plain_http_for_others_needs_a_word_and_says_what_it_costs(tmp_path: Path) -> None:
    said = refusal(tmp_path, "--host", "0.0.0.0")
    assert "--insecure-http" in said
    assert "passwords" in said


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--certificate", "{file}"), "belong together"),
        (("--port", "http"), "--port"),
        (("--unknown",), "No such option"),
    ],
)
def test_flags_that_make_no_sense(tmp_path: Path, flags: tuple[str, ...], sentence: str) -> None:
    (tmp_path / "file").write_text("")
    given = [flag.format(file=tmp_path / "file") for flag in flags]
    assert sentence in refusal(tmp_path / "data", *given)


def test_nothing_leaves_but_to_the_loopback(data_dir: Path, port: int, tmp_path: Path) -> None:
    """Every connection that any library opens in any process of a practice desk, from the start to the stop."""
    log = tmp_path / "connections"
    desk = Desk(data_dir, port, environment={"THREADLINE_TEST_CONNECTION_LOG": str(log)})
    desk.until_running()
    desk.until(desk.is_ready)
    assert desk.get("/api/session")[0] == 401
    assert desk.stop() == 0
    targets = [ast.literal_eval(line) for line in log.read_text().splitlines()]
    assert targets
    for target in targets:
        is_local_socket = isinstance(target, str | bytes)
        assert is_local_socket or target[0] in ("127.0.0.1", "::1"), target


def test_one_page_of_metrics_shows_all_processes(data_dir: Path, port: int) -> None:
    token = "a token of thirty characters or so"
    desk = Desk(data_dir, port, environment={"THREADLINE_METRICS_TOKEN": token})
    desk.until_running()

    def page() -> str:
        return desk.get("/metrics", authorization=f"Bearer {token}")[1].decode()

    desk.until(lambda: 'threadline_channels_hosted{worker="' in page(), within_s=30)
    for name in ("queue_age_seconds", "deliveries_accepted_total", "send_seconds_count", "loop_lag_seconds"):
        assert f"threadline_{name}" in page()
    assert desk.get("/metrics")[0] == 404
    assert desk.stop() == 0


def test_supervisor_stays_light(data_dir: Path, port: int) -> None:
    desk = Desk(data_dir, port)
    desk.until_running()
    rollup = Path(f"/proc/{desk.process.pid}/smaps_rollup").read_text()
    match = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    assert match is not None
    assert int(match[1]) < 25 * 1024
    assert desk.stop() == 0
