"""What a webhook answered to a call: fields are filled in, a text becomes the reply.

By the verbs of everybody, with all their checks; what is not allowed then is refused, with its sentence in the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from threadline.actions.do_acts import Doing, fill_field
from threadline.actions.send_message import send_message
from threadline.channels.contract import ChannelType
from threadline.core.content import Text
from threadline.core.errors import Conflict, Invalid, NotFound, ThreadlineError
from threadline.core.field import FieldValue
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller, Permission
from threadline.core.webhook import Outcome, WebhookAnswer, read_answer
from threadline.store.outgoing import lock_conversation
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.webhook_answers import has_person_written_since
from threadline.store.webhooks import ClaimedDispatch

_RIGHTS = frozenset({Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_CHANGE, Permission.CONTACTS_CHANGE})


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer, and of one that was refused the sentence and its name."""

    outcome: Outcome
    reason: str = ""
    text: str = ""


async def take_webhook_answer(
    session: Session,
    claimed: ClaimedDispatch,
    body: bytes,
    *,
    content_type: str,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> Taken:
    """All of it or nothing. Asked for once: the answer to a try that was settled already is not taken again."""
    if claimed.conversation_id is None:
        return Taken("nothing")
    try:
        answer = read_answer(body, content_type=content_type)
        if answer is None:
            return Taken("nothing")
        async with savepoint(session):
            await _do(session, claimed, claimed.conversation_id, answer, now, new_id, find_type)
    except ThreadlineError as error:
        return Taken("refused", error.reason or error.code, error.text)
    return Taken("done")


async def _do(
    session: Session,
    claimed: ClaimedDispatch,
    conversation_id: UUID,
    answer: WebhookAnswer,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    await lock_conversation(session, claimed.workspace_id, conversation_id)
    # As a token without an agent does: the webhook is the program that stands in events as their cause.
    program = Caller(claimed.workspace_id, _RIGHTS, token_id=claimed.webhook_id)
    doing = Doing(program, conversation_id, claimed.id, now, new_id, find_type)
    for name, value in answer.fields.items():
        await _fill(session, doing, name, value)
    if answer.reply.strip():
        if await has_person_written_since(session, conversation_id, since=claimed.created_at):
            raise Conflict("A person answered meanwhile.", reason="person_answered")
        await send_message(
            session,
            workspace_id=claimed.workspace_id,
            conversation_id=conversation_id,
            author=Author(AuthorKind.FLOW, claimed.webhook_id),
            content=Text(text=answer.reply.strip()),
            client_id=uuid5(claimed.id, "reply"),
            now=now,
            new_id=new_id,
            find_type=find_type,
            is_unattended=True,
            reopens=False,
        )


async def _fill(session: Session, doing: Doing, name: str, value: FieldValue | None) -> None:
    try:
        field_id = UUID(name)
    except ValueError:
        raise Invalid("This field does not exist any more.", field="fields", reason="no_such_field") from None
    try:
        await fill_field(session, doing, field_id, value)
    except NotFound as error:
        raise Invalid(error.text, field="fields", reason=error.reason) from None
