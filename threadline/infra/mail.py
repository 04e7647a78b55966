"""Letters to agents, by the mail server that the owner named: THREADLINE_SMTP_URL. Without one nothing is mailed."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

from threadline.core.errors import ThreadlineError

_TIMEOUT_S: Final = 20.0
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = {"smtp": 587, "smtps": 465}


class MailError(ThreadlineError):
    """It did not leave; another try may succeed. Says nothing about whom it was for."""

    code = "mail_failed"
    status = 502


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    sender: str
    is_tls: bool
    """From the first byte; else it is begun as soon as the server offers it."""
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    text: str
    lang: str


def mail_server(url: str, *, sender: str | None, base_url: str) -> MailServer:
    """`smtp://user:password@host:port` or `smtps://…`; without a sender, `threadline@` and our own name."""
    parts = urlsplit(url)
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        sender=sender or f"threadline@{urlsplit(base_url).hostname or 'localhost'}",
        is_tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


async def send_letter(server: MailServer, letter: Letter) -> None:
    """Raises MailError. Runs beside the event loop: the library waits (R31)."""
    try:
        await asyncio.to_thread(_send, server, _message(server, letter))
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"The mail server did not take a letter ({type(error).__name__}).") from error


def _message(server: MailServer, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Threadline <{server.sender}>"
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.lang
    message.set_content(letter.text)
    return message


def _send(server: MailServer, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    if server.is_tls:
        with smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT_S, context=context) as connection:
            _deliver(connection, server, message)
        return
    with smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S) as connection:
        connection.ehlo()
        is_private = server.host in _LOOPBACK
        if connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif server.user and not is_private:
            raise smtplib.SMTPException("a password is not given over a line that anybody may read")
        _deliver(connection, server, message)


def _deliver(connection: smtplib.SMTP, server: MailServer, message: EmailMessage) -> None:
    if server.user:
        connection.login(server.user, server.password)
    connection.send_message(message)
