"""Letters with what is still unread, to a mail server on loopback: one for each agent, once, and again if it failed."""

import email
import email.policy
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from tests.workers.outbox_world import Desk
from threadline.core.content import Text, encode_content
from threadline.core.notification import NotificationKind
from threadline.infra.clock import new_id, utc_now
from threadline.infra.mail import MailServer, mail_server
from threadline.workers.digests import Digests

pytestmark = pytest.mark.asyncio


class _Conversation(socketserver.StreamRequestHandler):
    """One client's words with a mail server (RFC 5321), as far as ours says any."""

    def handle(self) -> None:
        server: Any = self.server
        self._say("220 mail.test")
        while line := self.rfile.readline().decode().strip():
            match line.upper().split()[0]:
                case "EHLO" | "HELO":
                    self._say("250 mail.test")
                case "DATA":
                    self._say("354 go on")
                    server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self._say("250 taken")
                case "MAIL" if server.is_full:
                    self._say("452 no room")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Mailbox(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.letters: list[bytes] = []
        self.is_full = False

    @property
    def server(self) -> MailServer:
        return mail_server(
            f"smtp://127.0.0.1:{self.server_address[1]}", sender=None, base_url="https://desk.example.com"
        )

    def opened(self, index: int = 0) -> EmailMessage:
        message = email.message_from_bytes(self.letters[index], policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


@contextmanager
def _running() -> Iterator[Mailbox]:
    with Mailbox() as mailbox:
        threading.Thread(target=mailbox.serve_forever, daemon=True).start()
        yield mailbox
        mailbox.shutdown()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with _running() as running:
        yield running


def _digests(desk: Desk, mailbox: Mailbox) -> Digests:
    return Digests(desk.database, mailbox.server, "https://desk.example.com", utc_now)


async def test_what_is_unread_goes_in_one_letter_and_only_once(desk: Desk, mailbox: Mailbox) -> None:
    first = await _told(desk, "Ana Reyes", "replied", count=3)
    await _told(desk, "Bo Lind", "assigned", due_in=timedelta(hours=1))  # not due alone, but it goes along
    digests = _digests(desk, mailbox)
    await digests.step()
    await digests.step()
    assert len(mailbox.letters) == 1
    letter = mailbox.opened()
    assert letter["To"] == await _email(desk)
    assert letter["From"] == "Threadline <threadline@desk.example.com>"
    assert letter["Subject"] == "Shop: was Sie noch nicht gesehen haben"
    text = letter.get_content()
    assert "* Ein Kunde von Ihnen hat geschrieben (3)" in text
    assert f"https://desk.example.com/inbox/open/{first}" in text
    assert "Ihnen wurde ein Gespräch übergeben" in text
    assert "Ana" not in text
    assert "Bo" not in text


async def test_names_and_texts_go_out_where_the_workspace_says_so(desk: Desk, mailbox: Mailbox) -> None:
    await _told(desk, "Ana Reyes", "replied")
    await desk.connection.execute(
        """update workspaces set settings = '{"notifies_with_text": true}' where id = $1""", desk.workspace_id
    )
    await _digests(desk, mailbox).step()
    assert "* Ana Reyes hat geschrieben" in mailbox.opened().get_content()


async def test_what_was_read_meanwhile_and_what_may_not_be_seen_is_not_mailed(desk: Desk, mailbox: Mailbox) -> None:
    await _told(desk, "Ana Reyes", "replied")
    await desk.connection.execute("update notifications set read_at = now()")
    await _told(desk, "Bo Lind", "replied")
    await desk.connection.execute("update agents set sees = 'assigned' where id = $1", desk.agent_id)
    await _digests(desk, mailbox).step()
    assert mailbox.letters == []


async def test_who_was_asked_into_a_conversation_hears_of_it_and_of_no_other(desk: Desk, mailbox: Mailbox) -> None:
    """They see only what is theirs; a colleague's word is enough, as long as it holds."""
    await desk.connection.execute("update agents set sees = 'assigned' where id = $1", desk.agent_id)
    asked, other = await _told(desk, "Ana Reyes", "replied"), await _told(desk, "Bo Lind", "replied")
    await desk.connection.execute(
        "insert into followers (workspace_id, agent_id, conversation_id, is_invited) values ($1, $2, $3, true)",
        desk.workspace_id,
        desk.agent_id,
        UUID(asked),
    )
    await _digests(desk, mailbox).step()
    text = mailbox.opened().get_content()
    assert (asked in text, other in text) == (True, False)

    await desk.connection.execute("delete from followers where agent_id = $1", desk.agent_id)
    await desk.connection.execute("update notifications set mail_at = now()")
    await _digests(desk, mailbox).step()
    assert len(mailbox.letters) == 1, "let go meanwhile"


async def test_a_letter_that_was_not_taken_is_due_again(desk: Desk, mailbox: Mailbox) -> None:
    await _told(desk, "Ana Reyes", "replied")
    mailbox.is_full = True
    digests = _digests(desk, mailbox)
    await digests.step()
    assert mailbox.letters == []
    due = await desk.connection.fetchval("select mail_at from notifications where workspace_id = $1", desk.workspace_id)
    assert timedelta(minutes=4) < due - utc_now() < timedelta(minutes=6)
    mailbox.is_full = False
    await desk.connection.execute("update notifications set mail_at = now()")
    await digests.step()
    assert len(mailbox.letters) == 1


async def _told(desk: Desk, name: str, kind: str, *, count: int = 1, due_in: timedelta = timedelta(seconds=-1)) -> str:
    """Of an agent who reads German; returns the conversation."""
    customer = await desk.add_customer(name)
    await desk.connection.execute(
        "update people set locale = 'de' where id = (select person_id from agents where id = $1)", desk.agent_id
    )
    await desk.connection.execute("delete from notifications where workspace_id <> $1", desk.workspace_id)
    await desk.connection.execute(
        "insert into notifications (workspace_id, id, agent_id, kind, conversation_id, count, at, is_listed, mail_at)"
        " values ($1, $2, $3, $4, $5, $6, now(), true, $7)",
        desk.workspace_id,
        new_id(),
        desk.agent_id,
        kind,
        customer.conversation_id,
        count,
        utc_now() + due_in,
    )
    return str(customer.conversation_id)


async def _email(desk: Desk) -> str:
    return await desk.connection.fetchval(
        "select p.email from people p join agents a on a.person_id = p.id where a.id = $1", desk.agent_id
    )


_PERSONAL = ("+49 171 1234567", "0171/1234567", "Bo +441632960961", "anna.lena@kunde.example")
_TOLD = re.compile(r"1234567|171[ /]|1632960961|960961|anna\.lena|kunde\.example")


@pytest.mark.parametrize("masks", ["messages", "nothing"])
@pytest.mark.parametrize("locale", ["de", "ru"])
async def test_a_letter_to_who_sees_no_numbers_holds_none(
    desk: Desk, mailbox: Mailbox, masks: str, locale: str
) -> None:
    """Neither as a customer's name nor in their words, whatever it tells; to who sees them it holds them all."""
    for number, kind in enumerate(NotificationKind):
        conversation_id = await _told(desk, f"Customer {number}", kind)
        await desk.connection.execute(
            "update contacts set name = $2 where id = (select contact_id from conversations where id = $1)",
            UUID(conversation_id),
            _PERSONAL[number % len(_PERSONAL)],
        )
        await _said(desk, conversation_id, f"Call {_PERSONAL[0]} or write to {_PERSONAL[3]}")
    sight = {"masks": masks, "may_reveal": False, "sees_earlier": False}
    await desk.connection.execute(
        "update workspaces set settings = $2::jsonb where id = $1",
        desk.workspace_id,
        json.dumps({"notifies_with_text": True, "sights": dict.fromkeys(("admin", "supervisor", "agent"), sight)}),
    )
    await desk.connection.execute(
        "update people set locale = $2 where id = (select person_id from agents where id = $1)", desk.agent_id, locale
    )
    await _digests(desk, mailbox).step()
    letter = mailbox.opened()
    told = [part for text in (letter.get_content(), *letter.values()) for part in _TOLD.findall(text)]
    assert bool(told) is (masks == "nothing"), letter.get_content()
    assert letter.get_content().count("* ") == len(NotificationKind)
    assert "•••" in letter.get_content() or masks == "nothing"


async def _said(desk: Desk, conversation_id: str, text: str) -> None:
    """The words of the customer that the notification is about."""
    message_id = new_id()
    await desk.connection.execute(
        "insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind,"
        " content, sort_at)"
        " select workspace_id, $2, id, channel_id, 900, 'incoming', 'contact', 'text', $3::jsonb, now()"
        " from conversations where id = $1",
        UUID(conversation_id),
        message_id,
        encode_content(Text(text=text)).decode(),
    )
    await desk.connection.execute(
        "update notifications set message_id = $2 where conversation_id = $1", UUID(conversation_id), message_id
    )
