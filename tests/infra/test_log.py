"""Log lines carry no secret and cannot be forged (S63)."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from threadline.core.errors import Invalid
from threadline.infra.log import bound, configure_logging, fingerprint, get_logger

CANARY = "s3cr3t-canary"


@pytest.fixture
def lines() -> Iterator["Lines"]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    configure_logging(output_format="json", stream=stream, process="test")
    yield Lines(stream)
    root.handlers, root.level = before
    structlog.reset_defaults()


class Lines:
    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


def test_correlation_id_stands_in_every_line(lines: Lines) -> None:
    with bound(request_id="r1"):
        get_logger("web").info("one")
        logging.getLogger("library").warning("two")
    get_logger("web").info("three")
    assert [line.get("request_id") for line in lines.all()] == ["r1", "r1", None]
    assert {line["process"] for line in lines.all()} == {"test"}


@pytest.mark.parametrize(
    "key",
    ["password", "app_secret", "token", "Authorization", "cookie", "api_key", "body", "text", "phone", "customer_email",
     "database_url", "set-cookie", "master_key", "verify_token", "query", "headers", "display_name"],
)  # fmt: skip
def test_known_keys_of_secrets_and_content_are_dropped(lines: Lines, key: str) -> None:
    get_logger("web").info("event", **{key: CANARY})
    get_logger("web").info("event", nested={"deep": [{key: CANARY}]})
    assert CANARY not in lines.stream.getvalue()


def test_urls_lose_their_credentials(lines: Lines) -> None:
    get_logger("web").info("event", target=f"postgresql://me:{CANARY}@host/db")
    assert CANARY not in lines.stream.getvalue()
    assert lines.all()[0]["target"] == "postgresql://host/db"


@pytest.mark.parametrize("evil", ["a\nb", "a\r\n{}", "\x1b[31mred", "\u202eback", "a\u2028b", "\x00", "\x85"])
def test_control_characters_cannot_make_lines_or_paint_terminals(lines: Lines, evil: str) -> None:
    get_logger("web").info(evil, value=evil)
    logging.getLogger("library").warning("%s", evil)
    written = lines.stream.getvalue()
    assert len(written.splitlines()) == 2
    assert "\x1b" not in written
    assert all(line["event"].isprintable() for line in lines.all())


def test_exception_says_type_and_place_and_no_values(lines: Lines) -> None:
    try:
        int(CANARY)
    except ValueError:
        get_logger("web").exception("failed")
    line = lines.all()[0]
    assert line["error"] == "ValueError"
    assert "test_log.py" in line["frames"][-1]
    assert CANARY not in lines.stream.getvalue()


def test_error_of_our_own_says_its_reason(lines: Lines) -> None:
    try:
        raise Invalid("The name is too long.")
    except Invalid:
        get_logger("web").exception("failed")
    assert lines.all()[0]["reason"] == "The name is too long."


def test_long_values_are_cut(lines: Lines) -> None:
    get_logger("web").info("event", value="x" * 100_000)
    assert len(lines.stream.getvalue()) < 3000


def test_fingerprint_is_stable_and_short() -> None:
    assert fingerprint("+15550001111") == fingerprint(b"+15550001111")
    assert len(fingerprint("x")) == 12
