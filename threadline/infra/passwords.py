"""Password hashes: argon2id, made off the event loop and few at once, so that a wave of sign-ins stops nobody (S11)."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pwdlib import PasswordHash

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane is the least; a third pass on top.
_MEMORY_KIB: Final = 19_456
_PASSES: Final = 3
_AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 2) - 1))

_threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="passwords")


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: _hasher().hash(password))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """False also for None, after the same work: nobody learns from the time whether an address is known."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _verify, password, password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    is_right = _hasher().verify(password, password_hash or _nobodys_hash())
    return is_right and password_hash is not None


@cache
def _hasher() -> "PasswordHash":
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1),))


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody's password")
