"""One part of a message → Meta, and what Meta said to it.

There is no idempotency key in this API: after a time-out, a broken or half answer or a 5xx nobody can know whether the
message went out. Those raise SendError with UNKNOWN, and the status that echoes our attempt id settles them.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from threadline.channels.contract import AddressValue, ChannelAccess, HttpClient, OutgoingPart, Retry, SendError, Sent
from threadline.channels.types.whatsapp.graph import call, decoded, graph_url, half_answer
from threadline.channels.types.whatsapp.media import check_file, upload
from threadline.channels.types.whatsapp.parties import addresses_of
from threadline.channels.types.whatsapp.payloads import block_body, header_kind, message_body, reaction_body, read_body
from threadline.channels.types.whatsapp.scalars import Loose, text_of
from threadline.core.content import Media, Template
from threadline.core.errors import CannotSend

_INDIGESTIBLE: Final = "131053"
_STALE_MEDIA: Final = frozenset({"100", "33", "131009", _INDIGESTIBLE})
"""How Meta refuses a media id that it does not know (any more), or a file that it could not take this once."""


class _Contact(msgspec.Struct):
    wa_id: Loose = None
    user_id: Loose = None


class _Accepted(msgspec.Struct):
    id: Loose = None
    message_status: Loose = None


class _Answer(msgspec.Struct):
    messages: list[_Accepted] | None = None
    contacts: list[_Contact] | None = None


_answer = msgspec.json.Decoder(_Answer)


async def send(http: HttpClient, access: ChannelAccess, part: OutgoingPart, *, timeout_s: float = 30) -> Sent:
    """Send one part; its files are uploaded first, unless Meta still has them. Raises SendError.

    A remembered upload that Meta has forgotten is made once more, and so is one that it could not digest, which often
    passes (whatsapp.md §7, 131053): these refusals prove that nothing was sent.
    """
    remembered = {file.file_id: file.provider_media_id for file in part.files.values() if file.provider_media_id}
    uploaded = await _upload_missing(http, access, part, remembered)
    try:
        return await _post(http, access, part, {**remembered, **uploaded}, uploaded, timeout_s=timeout_s)
    except SendError as error:
        is_stale = bool(remembered) and error.code in _STALE_MEDIA
        if not is_stale and not (uploaded and error.code == _INDIGESTIBLE):
            raise
    uploaded = await _upload_missing(http, access, part, {})
    return await _post(http, access, part, uploaded, uploaded, timeout_s=timeout_s)


async def _upload_missing(
    http: HttpClient, access: ChannelAccess, part: OutgoingPart, there: Mapping[UUID, str]
) -> dict[UUID, str]:
    uploaded: dict[UUID, str] = {}
    for file_id, kind in _needed_files(part):
        file = part.files.get(file_id)
        if file is None:
            raise SendError(code="no_file", retry=Retry.NO, text="The file of this message is no longer there.")
        if file_id not in there:
            check_file(kind, file)
            uploaded[file_id] = await upload(http, access, file)
    return uploaded


def _needed_files(part: OutgoingPart) -> Sequence[tuple[UUID, str]]:
    match part.content:
        case Media():
            return ((part.content.file_id, part.content.media),)
        case Template(header_file_id=UUID() as file_id) if file_id in part.files:
            return ((file_id, header_kind(part.files[file_id].mime)),)
        case Template(header_file_id=UUID() as file_id):
            return ((file_id, "document"),)
        case _:
            return ()


async def _post(
    http: HttpClient,
    access: ChannelAccess,
    part: OutgoingPart,
    media_ids: Mapping[UUID, str],
    uploaded: Mapping[UUID, str],
    *,
    timeout_s: float,
) -> Sent:
    try:
        body = message_body(part, media_ids)
    except CannotSend as error:
        raise SendError(code=error.code, retry=Retry.NO, text=error.text) from error
    url = graph_url(access, access.address, "messages")
    answer = decoded(await call(http, access, "POST", url, json_body=body, timeout_s=timeout_s), _answer)
    accepted = answer.messages[0] if answer.messages else _Accepted()
    if not accepted.id:
        raise half_answer()
    return Sent(
        provider_id=text_of(accepted.id),
        addresses=_learned(answer, access.account),
        note="" if accepted.message_status in (None, "accepted") else text_of(accepted.message_status),
        uploaded=dict(uploaded),
    )


def _learned(answer: _Answer, scope: str) -> tuple[AddressValue, ...]:
    """The `wa_id` behind the number that we dialled (they may differ) or the user id that we addressed."""
    if not answer.contacts:
        return ()
    contact = answer.contacts[0]
    return addresses_of(scope, user=contact.user_id, parent_user=None, wa_id=contact.wa_id)


async def react(
    http: HttpClient, access: ChannelAccess, *, to: Sequence[AddressValue], target_provider_id: str, emoji: str
) -> None:
    try:
        body = reaction_body(to, target_provider_id=target_provider_id, emoji=emoji)
    except CannotSend as error:
        raise SendError(code=error.code, retry=Retry.NO, text=error.text) from error
    await call(http, access, "POST", graph_url(access, access.address, "messages"), json_body=body)


async def block(http: HttpClient, access: ChannelAccess, *, who: Sequence[AddressValue], is_blocked: bool) -> None:
    """Meta takes only people who wrote within the last 24 hours, and 64,000 in all (Cloud API, block API)."""
    try:
        body = block_body(who)
    except CannotSend as error:
        raise SendError(code=error.code, retry=Retry.NO, text=error.text) from error
    method = "POST" if is_blocked else "DELETE"
    await call(http, access, method, graph_url(access, access.address, "block_users"), json_body=body)


async def mark_read(http: HttpClient, access: ChannelAccess, *, provider_id: str, with_typing: bool) -> None:
    """Everything up to this message is shown as read; the typing sign vanishes with our answer or after 25 s."""
    body = read_body(provider_id, with_typing=with_typing)
    await call(http, access, "POST", graph_url(access, access.address, "messages"), json_body=body)
