"""Structured logs: JSON lines in production, readable lines on a terminal. No secrets, no texts, no names (S63).

A correlation id (request, delivery, job) is bound once with `bind` and then stands in every line of that task.
"""

import hashlib
import logging
import re
import sys
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, FilteringBoundLogger, Processor, WrappedLogger

bind = structlog.contextvars.bind_contextvars
unbind = structlog.contextvars.unbind_contextvars
bound = structlog.contextvars.bound_contextvars

_SECRET_KEYS: Final = re.compile(
    r"(^|_)(password|passwd|secret|token|authorization|cookie|set_cookie|api_key|apikey|master_key|private_key|signature"
    r"|verify_token|app_secret|csrf|proof|body|text|caption|phone|email|headers|query|database_url|dsn|name|display_name)$"
)
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_URL_CREDENTIALS: Final = re.compile(r"(?<=://)[^/\s@]+@")
_MAX_TEXT: Final = 2000


def get_logger(area: str) -> FilteringBoundLogger:
    """A logger of one area (`ingress`, `host`, `supervisor`): the first word of each of its lines."""
    logger: FilteringBoundLogger = structlog.get_logger(area=area)
    return logger


def configure_logging(
    *, level: str = "info", output_format: str = "auto", stream: TextIO | None = None, process: str = ""
) -> None:
    """Called once per process, before anything logs. The standard library's loggers are led into the same lines."""
    output = stream or sys.stderr
    as_text = output_format == "text" or (output_format == "auto" and output.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_process(process),
        _format_exception,
        drop_secrets,
        encode_control_characters,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=output.isatty())
        if as_text
        else structlog.processors.JSONRenderer(default=str)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=output),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:2], _name_of_foreign, *shared[2:]],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn.access", "aiohttp.access", "asyncio", "sqlalchemy.engine", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def fingerprint(value: str | bytes) -> str:
    """A short stable mark for something that must not be logged itself (an address, a number)."""
    raw = value.encode() if isinstance(value, str) else value
    return hashlib.blake2b(raw, digest_size=6).hexdigest()


def drop_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keys that are known to carry secrets or content never reach a line, whoever passed them, at any depth."""
    return {key: _cleaned(key, value) for key, value in event.items()}


def _cleaned(key: str, value: object) -> object:
    if _SECRET_KEYS.search(key.lower().replace("-", "_")) and not isinstance(value, bool | None):
        return "[dropped]"
    if isinstance(value, dict):
        return {str(inner): _cleaned(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(key, item) for item in value]
    return value


def encode_control_characters(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Line breaks, escapes and direction marks become \\u escapes: a value cannot forge a line or paint a terminal."""
    return {key: _encoded(value) if key != "exception" else value for key, value in event.items()}


def _encoded(value: object) -> object:
    if isinstance(value, str):
        safe = _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", _URL_CREDENTIALS.sub("", value))
        return safe if len(safe) <= _MAX_TEXT else safe[:_MAX_TEXT] + "…"
    if isinstance(value, dict):
        return {str(_encoded(str(key))): _encoded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    return value if isinstance(value, int | float | bool | None) else _encoded(str(value))


def _format_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The type and the frames of an exception, never local values; its text only for errors of our own.

    Texts of foreign exceptions are left out: database and HTTP libraries put values and URLs into them.
    """
    given: ExcInfo | BaseException | bool | None = event.pop("exc_info", None)
    error = (
        given
        if isinstance(given, BaseException)
        else sys.exc_info()[1]
        if given is True
        else given[1]
        if given
        else None
    )
    if error is None:
        return event
    event["error"] = type(error).__name__
    code = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
    if code:
        event["sqlstate"] = str(code)
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code_object = trace.tb_frame.f_code
        frames.append(f"{_short_path(code_object.co_filename)}:{trace.tb_lineno}:{code_object.co_name}")
        trace = trace.tb_next
    event["frames"] = frames[-12:]
    from threadline.core.errors import ThreadlineError

    if isinstance(error, ThreadlineError):
        event["reason"] = error.text
    return event


def _short_path(path: str) -> str:
    for mark in ("/site-packages/", "/threadline/"):
        if mark in path:
            return path.rsplit(mark, 1)[1]
    return path.rsplit("/", 1)[-1]


def _add_process(process: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        if process:
            event.setdefault("process", process)
        return event

    return add


def _name_of_foreign(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: Any = event.get("_record")  # structlog hands the LogRecord on under this key, untyped
    event["area"] = record.name if record is not None else "other"
    return event
