"""Coexistence: what was written in the WhatsApp Business app before the number was connected.

The history comes in chunks of threads, thousands of messages in one webhook, files later under the same ids. Messages
are decoded one by one, for a chunk is too much to lose for one of them.
"""

from collections.abc import Iterator

import msgspec

from threadline.channels.contract import ChannelNotice, Ignored, Inbound, Party, Unreadable
from threadline.channels.types.whatsapp.messages import NotUnderstood, Surroundings, read_between
from threadline.channels.types.whatsapp.parties import addresses_of, party_of, phone_of
from threadline.channels.types.whatsapp.scalars import clip_text, digits_of, text_of
from threadline.channels.types.whatsapp.wire import HistoryChunk, HistoryThread, Message

DECLINED = "2593109"

_chunk = msgspec.json.Decoder(HistoryChunk)
_thread = msgspec.json.Decoder(HistoryThread)
_message = msgspec.json.Decoder(Message)


def read_history(raw: msgspec.Raw, around: Surroundings) -> Iterator[Inbound]:
    """One chunk → its messages, and a notice of how far the history has come or why it does not."""
    try:
        chunk = _chunk.decode(raw)
    except (ValueError, RecursionError) as error:
        yield _unreadable(str(error), raw)
        return
    for thread in chunk.threads or ():
        yield from _read_thread(thread, around)
    if chunk.metadata is not None:
        facts = {
            "history_phase": text_of(chunk.metadata.phase),
            "history_progress": text_of(chunk.metadata.progress),
        }
        yield ChannelNotice(kind="history", text="Earlier messages are being taken over from the app.", facts=facts)
    for failure in chunk.errors or ():
        code = text_of(failure.code)
        text = "The owner of the number declined to share earlier messages from the app."
        if code != DECLINED:
            text = "Earlier messages could not be taken over from the app."
        yield ChannelNotice(kind="history_failed", severity="warning", text=text, facts={"error_code": code})


def _read_thread(raw: msgspec.Raw, around: Surroundings) -> Iterator[Inbound]:
    try:
        thread = _thread.decode(raw)
    except (ValueError, RecursionError) as error:
        yield _unreadable(str(error), raw)
        return
    customer = _customer_of(thread, around)
    for message in thread.messages or ():
        try:
            yield read_past_message(_message.decode(message), around, customer)
        except (ValueError, RecursionError, NotUnderstood) as error:
            yield _unreadable(str(error), message)


def _customer_of(thread: HistoryThread, around: Surroundings) -> Party | None:
    """A thread is named after the customer's number; `context` adds the user id and the handle, if known."""
    if thread.context is None:
        return party_of(around.scope, (), user=None, parent_user=None, wa_id=thread.id)
    context = thread.context
    wa_id = context.wa_id or thread.id
    addresses = addresses_of(around.scope, user=context.user_id, parent_user=context.parent_user_id, wa_id=wa_id)
    if not addresses:
        return None
    return Party(addresses=addresses, handle=text_of(context.username).removeprefix("@"), phone=phone_of(wa_id))


def read_past_message(message: Message, around: Surroundings, customer: Party | None = None) -> Inbound:
    """A message of either side; `customer` is whose thread it stood in, if it came in one. Raises NotUnderstood."""
    if message.group_id:
        return Ignored(reason="group")
    if message.type == "media_placeholder":
        # The file follows under the same id in a webhook of its own: a row made now would make that a duplicate.
        return Ignored(reason="media_placeholder")
    by_business = bool(around.business) and digits_of(message.from_) == around.business
    if customer is None:
        customer = party_of(
            around.scope,
            around.contacts,
            user=message.to_user_id if by_business else message.from_user_id,
            parent_user=message.to_parent_user_id if by_business else message.from_parent_user_id,
            wa_id=message.to if by_business else message.from_,
        )
    return read_between(message, around, customer, by_business=by_business, from_history=True)


def _unreadable(error: str, raw: msgspec.Raw) -> Unreadable:
    return Unreadable(error=error, raw=clip_text(bytes(raw).decode("utf-8", "replace")))
