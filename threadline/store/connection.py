"""What the hot functions of the store take: an asyncpg connection, from a session or from a pool of its own."""

from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy
