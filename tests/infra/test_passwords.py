"""Hashing a password is slow on purpose: few at once, and never on the event loop (S11, S12)."""

import asyncio
import threading
import time

import pytest

from threadline.infra import passwords
from threadline.infra.passwords import hash_password, verify_password


class Counted:
    """In the place of argon2: takes its time, and remembers how many did so at once and on which threads."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.at_once = self.most_at_once = self.calls = 0
        self._lock = threading.Lock()

    def verify(self, password: str, password_hash: str) -> bool:
        with self._lock:
            self.threads.add(threading.get_ident())
            self.calls += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.01)
        with self._lock:
            self.at_once -= 1
        return password == password_hash

    def hash(self, password: str) -> str:
        self.verify(password, "")
        return password


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    hasher = Counted()
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: "nobody")
    return hasher


async def test_two_hundred_sign_ins_hash_few_at_once_and_leave_the_loop_alone(counted: Counted) -> None:
    """The loop goes on answering: it is asked for a turn as often as there are hashes, and gets it."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    others = asyncio.create_task(take_turns())
    wave = [verify_password(f"p{n % 2}", "p1" if n % 3 else None) for n in range(190)] + [
        hash_password("new") for _ in range(10)
    ]
    results = await asyncio.gather(*wave)
    others.cancel()
    assert counted.calls == 200
    assert counted.most_at_once <= passwords._AT_ONCE <= 4
    assert threading.main_thread().ident not in counted.threads
    assert turns > 200
    assert [bool(one) for one in results[:4]] == [False, True, False, False]


async def test_unknown_address_costs_the_same_work(counted: Counted) -> None:
    assert await verify_password("nobody", None) is False
    assert counted.calls == 1


async def test_hash_is_argon2id_and_opens_with_its_password_only() -> None:
    kept = await hash_password("correct horse battery staple")
    assert kept.startswith("$argon2id$")
    assert await verify_password("correct horse battery staple", kept)
    assert not await verify_password("correct horse battery stapl", kept)
