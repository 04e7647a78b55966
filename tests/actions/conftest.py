"""The desk of the send loop's tests, for actions that queue messages."""

from tests.workers.conftest import desk, http, provider, sending_database

__all__ = ["desk", "http", "provider", "sending_database"]
