"""Messages: writing them, and what people decide about those that did not get through."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, StringConstraints

from threadline.actions.add_note import add_note
from threadline.actions.check_answer import check_answer
from threadline.actions.discard_message import discard_message
from threadline.actions.forward_message import forward_message
from threadline.actions.mention_colleagues import Unseeing, mention_colleagues, resolve_mentions
from threadline.actions.react_to_message import react_to_message
from threadline.actions.resend_message import resend_message
from threadline.actions.save_draft import clear_sent_draft
from threadline.actions.send_message import SentMessage, send_message
from threadline.actions.settle_message import settle_message
from threadline.actions.warn_of_repeat import keep_sent_texts, warn_of_repeat
from threadline.actions.withdraw_note import withdraw_note
from threadline.actions.write_spoken_text import remove_spoken_text, write_spoken_text
from threadline.channels.registry import channel_type
from threadline.core.content import Mention, Text
from threadline.core.errors import Forbidden, Invalid
from threadline.core.permission import Permission, author_of, check_may
from threadline.core.spoken_text import LONGEST
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.messages import (
    Attempt,
    EarlierContent,
    Message,
    access_history,
    access_message,
    list_attempts,
)
from threadline.store.outgoing import find_by_client_id
from threadline.store.preferences import get_preferences
from threadline.web.api.contents import MediaInput, OutgoingContent, TextInput, to_content
from threadline.web.api.inputs import Accepted, Id, Input, Line, Locale, clean_text
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


_Colleagues = Annotated[list[Id], Field(max_length=200)]


class MessageInput(Input):
    """`client_id` is the client's own id of this message: sent twice, it is one message."""

    client_id: Id
    content: OutgoingContent
    quoted_id: Id | None = None
    kind: Literal["reply", "note"] = "reply"
    guest_ids: _Colleagues = Field(default_factory=list)
    """Of those a note names and who do not see the conversation: they are asked in."""
    untold_ids: _Colleagues = Field(default_factory=list)
    """Of the same: they stay outside and are not told."""
    accepted: Accepted = Field(default_factory=list)


@operation(router, "POST", "/conversations/{conversation_id}/messages", out=Message, status=201)
async def create_message(
    conversation_id: UUID, given: MessageInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Queue a message to the customer, or write a note."""
    await access_conversation_keys(call.session, call.caller, conversation_id)
    if given.kind == "note":
        note = await resolve_mentions(
            call.session,
            caller=call.caller,
            conversation_id=conversation_id,
            content=_note_text(given),
            unseeing=Unseeing(guest_ids=given.guest_ids, untold_ids=given.untold_ids),
            now=call.now,
            new_id=new_id,
        )
        sent = await add_note(
            call.session,
            workspace_id=call.caller.workspace_id,
            conversation_id=conversation_id,
            author=author_of(call.caller),
            content=note,
            client_id=given.client_id,
            now=call.now,
            new_id=new_id,
        )
        if sent.is_new and note.mentions:
            await mention_colleagues(
                call.session,
                caller=call.caller,
                conversation_id=conversation_id,
                message_id=sent.id,
                content=note,
                now=call.now,
                new_id=new_id,
            )
    else:
        if isinstance(given.content, TextInput) and given.content.mentions:
            raise Invalid("Only a note names colleagues.", field="content.mentions")
        await check_answer(call.session, caller=call.caller, conversation_id=conversation_id)
        if given.quoted_id is not None:
            await access_message(call.session, call.caller, given.quoted_id)
        sent = await _send(call, conversation_id, given)
    if sent.is_new:
        await clear_sent_draft(
            call.session,
            caller=call.caller,
            conversation_id=conversation_id,
            mode=given.kind,
            text=_words_of(given),
            now=call.now,
            new_id=new_id,
        )
    return call.answer(await access_message(call.session, call.caller, sent.id), status=201)


async def _send(call: Call, conversation_id: UUID, given: MessageInput) -> SentMessage:
    """Warned of one text to many before it is sent, and counted after; a repeat is neither."""
    content = to_content(given.content)
    earlier = await find_by_client_id(call.session, call.caller.workspace_id, conversation_id, given.client_id)
    digests = await warn_of_repeat(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        contents=[content],
        is_accepted=earlier is not None or "repeated_text" in given.accepted,
        now=call.now,
    )
    sent = await send_message(
        call.session,
        workspace_id=call.caller.workspace_id,
        conversation_id=conversation_id,
        author=author_of(call.caller),
        content=content,
        client_id=given.client_id,
        quoted_id=given.quoted_id,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
        actor_id=call.caller.actor_id,
        hold=await hold_of(call),
        takes=call.caller.token_id is None,
    )
    if sent.is_new:
        await keep_sent_texts(
            call.session,
            caller=call.caller,
            conversation_id=conversation_id,
            source_id=sent.id,
            digests=digests,
            now=call.now,
        )
    return sent


class AttemptList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Attempt]


class History(msgspec.Struct, frozen=True, kw_only=True):
    items: list[EarlierContent]


class ForwardInput(Input):
    conversation_id: Id
    """The chat it goes to."""
    client_id: Id
    kind: Literal["reply", "note"] = "reply"
    accepted: Accepted = Field(default_factory=list)


class ResendInput(Input):
    client_id: Id


class SettleInput(Input):
    decision: Annotated[Literal["delivered"], Field(alias="as")]


class SpokenTextInput(Input):
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST), AfterValidator(clean_text)
    ]
    """What is said, in words."""
    language: Locale | None = None
    """The language it is said in, as a tag (`de`, `pt-BR`); null: nobody knows."""


class ReactionInput(Input):
    emoji: Annotated[Line, StringConstraints(max_length=40)]
    """Empty takes it back."""


@operation(router, "GET", "/messages/{message_id}", out=Message)
async def get_message(message_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """One message."""
    return call.answer(await access_message(call.session, call.caller, message_id))


@operation(router, "GET", "/messages/{message_id}/attempts", out=AttemptList)
async def get_attempts(message_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """Every try to send it, with its times and marks."""
    await access_message(call.session, call.caller, message_id)
    return call.answer(AttemptList(items=await list_attempts(call.session, message_id)))


@operation(router, "GET", "/messages/{message_id}/history", out=History)
async def get_history(message_id: UUID, call: Call = calls(Permission.MESSAGES_READ_EARLIER)) -> Response:
    """What stood in it before it was edited."""
    check_may(call.caller, Permission.CONVERSATIONS_READ)
    return call.answer(History(items=await access_history(call.session, call.caller, message_id)))


@operation(router, "POST", "/messages/{message_id}/forward", out=Message, status=201, name="forwardMessage")
async def forward(
    message_id: UUID, given: ForwardInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Send it on to another chat, or keep it there as a note."""
    sent = await forward_message(
        call.session,
        caller=call.caller,
        message_id=message_id,
        conversation_id=given.conversation_id,
        kind=given.kind,
        client_id=given.client_id,
        is_accepted="repeated_text" in given.accepted,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_message(call.session, call.caller, sent.id), status=201)


@operation(router, "POST", "/messages/{message_id}/resend", out=Message, name="resendMessage")
async def resend(
    message_id: UUID, given: ResendInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Send what failed once more."""
    message = await access_message(call.session, call.caller, message_id)
    await check_answer(call.session, caller=call.caller, conversation_id=message.conversation_id)
    await resend_message(
        call.session,
        workspace_id=call.caller.workspace_id,
        message_id=message_id,
        client_id=given.client_id,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
        actor_id=call.caller.actor_id,
    )
    return call.answer(await access_message(call.session, call.caller, message_id))


@operation(router, "POST", "/messages/{message_id}/discard", out=Message, name="discardMessage")
async def discard(message_id: UUID, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)) -> Response:
    """Take back what never got through."""
    await access_message(call.session, call.caller, message_id)
    await discard_message(
        call.session,
        workspace_id=call.caller.workspace_id,
        message_id=message_id,
        now=call.now,
        new_id=new_id,
        actor_id=call.caller.actor_id,
    )
    return call.answer(await access_message(call.session, call.caller, message_id))


@operation(router, "POST", "/messages/{message_id}/withdraw", out=Message, name="withdrawNote")
async def withdraw(message_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Strike a note from the thread; that there was one stays."""
    await withdraw_note(call.session, caller=call.caller, message_id=message_id, now=call.now, new_id=new_id)
    return call.answer(await access_message(call.session, call.caller, message_id))


@operation(router, "POST", "/messages/{message_id}/settle", out=Message, name="settleMessage")
async def settle(
    message_id: UUID, given: SettleInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Say that an uncertain message has arrived."""
    del given  # there is one decision so far, and it was checked
    await access_message(call.session, call.caller, message_id)
    await settle_message(
        call.session,
        workspace_id=call.caller.workspace_id,
        message_id=message_id,
        now=call.now,
        new_id=new_id,
        actor_id=call.caller.actor_id,
    )
    return call.answer(await access_message(call.session, call.caller, message_id))


@operation(router, "PUT", "/messages/{message_id}/spoken-text", out=Message, name="writeSpokenText")
async def write_spoken(
    message_id: UUID, given: SpokenTextInput, call: Call = calls(Permission.SPOKEN_TEXTS_WRITE)
) -> Response:
    """Write down what is said in a voice message or another sound."""
    check_may(call.caller, Permission.CONVERSATIONS_READ)
    await write_spoken_text(
        call.session,
        caller=call.caller,
        message_id=message_id,
        text=given.text,
        language=given.language or "",
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_message(call.session, call.caller, message_id))


@operation(router, "DELETE", "/messages/{message_id}/spoken-text", out=Message, name="removeSpokenText")
async def remove_spoken(message_id: UUID, call: Call = calls(Permission.SPOKEN_TEXTS_WRITE)) -> Response:
    """Take away what was written down; those who may see what stood in messages before still do."""
    check_may(call.caller, Permission.CONVERSATIONS_READ)
    await remove_spoken_text(call.session, caller=call.caller, message_id=message_id, now=call.now, new_id=new_id)
    return call.answer(await access_message(call.session, call.caller, message_id))


@operation(router, "PUT", "/messages/{message_id}/reaction", out=Message, name="setReaction")
async def set_reaction(
    message_id: UUID, given: ReactionInput, call: Call = calls(Permission.MESSAGES_SEND)
) -> Response:
    """Put one's reaction on a message, or take it back."""
    if call.caller.agent_id is None:
        raise Forbidden("A token without an agent cannot react.")
    message = await access_message(call.session, call.caller, message_id)
    await check_answer(call.session, caller=call.caller, conversation_id=message.conversation_id, is_reviewed=True)
    await react_to_message(
        call.session,
        workspace_id=call.caller.workspace_id,
        conversation_id=message.conversation_id,
        message_id=message_id,
        agent_id=call.caller.agent_id,
        emoji=given.emoji,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(await access_message(call.session, call.caller, message_id))


async def hold_of(call: Call) -> timedelta:
    """How long this agent may still take an answer back. Programs have no second thoughts."""
    if call.open_session is None or call.caller.agent_id is None:
        return timedelta(0)
    return timedelta(seconds=(await get_preferences(call.session, call.caller.agent_id)).hold_s)


def _words_of(given: MessageInput) -> str:
    """What stood in the box."""
    match given.content:
        case TextInput(text=text) | MediaInput(caption=text):
            return text
        case _:
            return ""


def _note_text(given: MessageInput) -> Text:
    if not isinstance(given.content, TextInput):
        raise Invalid("A note is text.", field="content.kind")
    return Text(
        text=given.content.text,
        mentions=tuple(Mention(kind=one.kind, id=one.id) for one in given.content.mentions),
    )
