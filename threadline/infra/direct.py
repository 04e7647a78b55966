"""Direct connections that are held for long (leases, hints): never pooled, quick to notice a dead other end."""

import socket

import asyncpg


async def connect_directly(
    url: str, *, application_name: str, role: str | None = None, connect_timeout_s: int = 5
) -> asyncpg.Connection:
    """Keep-alive after 5 s and a user time-out of 10 s on both ends; statements are bounded to 10 s."""
    server_settings = {
        "application_name": application_name,
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "10000",
        "statement_timeout": "10000",
        "idle_in_transaction_session_timeout": "10000",
        "timezone": "UTC",
    }
    if role is not None:
        server_settings["role"] = role
    connection: asyncpg.Connection = await asyncpg.connect(
        url, timeout=connect_timeout_s, command_timeout=10, statement_cache_size=0, server_settings=server_settings
    )
    _keep_alive(connection)
    return connection


def _keep_alive(connection: asyncpg.Connection) -> None:
    transport = getattr(connection, "_transport", None)  # asyncpg has no public way to its socket
    raw = transport.get_extra_info("socket") if transport is not None else None
    if raw is None or raw.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 10_000)):
        option = getattr(socket, name, None)
        if option is not None:
            raw.setsockopt(socket.IPPROTO_TCP, option, value)
