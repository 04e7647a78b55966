"""Media: what may be sent, how long ids and URLs live, and the endpoints of the bytes (whatsapp.md §3.2, §3.5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import urlencode

from .contents import content_of
from .errors import GraphError, missing, required, unknown_object
from .http import Request, Response
from .state import Media, Message, Number, Token, Upload
from .wire import JSON, as_bool, as_object, as_text
from .world import World

MEGABYTE = 1024 * 1024
UPLOAD_DAYS_S = 30 * 86400.0
INBOUND_DAYS_S = 7 * 86400.0
URL_LIFE_S = 300
LINK_CACHE_S = 600.0
INBOUND_MAX_BYTES = 100 * MEGABYTE

MIMES: dict[str, frozenset[str]] = {
    "image": frozenset({"image/jpeg", "image/png"}),
    "video": frozenset({"video/mp4", "video/3gpp"}),
    "audio": frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
    "sticker": frozenset({"image/webp"}),
}
"""Documents are absent: other types than the listed ones usually pass there."""
LIMITS = {"image": 5 * MEGABYTE, "video": 16 * MEGABYTE, "audio": 16 * MEGABYTE, "document": 100 * MEGABYTE}
STICKER_STATIC_BYTES = 100 * 1024
STICKER_ANIMATED_BYTES = 500 * 1024
UPLOADABLE = frozenset[str]().union(*MIMES.values()) | {
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def plain_mime(mime: str) -> str:
    return mime.partition(";")[0].strip().lower()


def add(world: World, number_id: str, mime: str, name: str, content: bytes, life_s: float) -> Media:
    now = world.now()
    item = Media(
        id=world.mint.digits(16),
        number_id=number_id,
        mime=mime,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        created_at=now,
        expires_at=now + life_s,
        is_animated=content[:4] == b"RIFF" and b"ANIM" in content[:64],
    )
    world.store.put(item.id, content)
    world.state.media[item.id] = item
    return item


def find(world: World, media_id: str) -> Media | None:
    """A medium that still lives."""
    item = world.state.media.get(media_id)
    return item if item is not None and world.now() < item.expires_at else None


# sending


def check_reference(world: World, number: Number, kind: str, content: JSON) -> None:
    """Exactly one of `id` and `link`; a given id must be alive and of this account."""
    media_id, link = content.get("id"), content.get("link")
    if media_id is not None and link is not None:
        raise GraphError(131009, f"{kind}: only one of 'id' and 'link' may be given")
    if media_id is None and link is None:
        raise GraphError(100, f"{kind}: one of 'id' and 'link' is required", message="(#100) Invalid parameter")
    if link is not None:
        if not re.match(r"https?://\S+$", as_text(link) or ""):
            raise GraphError(131009, f"{kind}.link is not a valid URL")
        return
    item = find(world, str(media_id))
    owner = world.state.numbers.get(item.number_id) if item is not None else None
    if item is None or owner is None or owner.account_id != number.account_id:
        raise GraphError(
            131009, f"{kind}: media id {media_id} does not exist, has expired or belongs to another account"
        )


def check_sent(world: World, message: Message) -> int | None:
    """0 if the medium may be sent as this type, 131053 if not, None when its link must be fetched first."""
    content = content_of(message)
    media_id = as_text(content.get("id")) or (str(content["id"]) if "id" in content else None)
    if media_id is None:
        return None if world.knobs.fetches_links else 0
    item = world.state.media.get(media_id)
    if item is None:
        return 131053
    message.media_id = item.id
    return 0 if fits(message.type, item) else 131053


def fits(kind: str, item: Media) -> bool:
    allowed = MIMES.get(kind)
    if allowed is not None and plain_mime(item.mime) not in allowed:
        return False
    if kind == "sticker":
        return item.size_bytes <= (STICKER_ANIMATED_BYTES if item.is_animated else STICKER_STATIC_BYTES)
    return item.size_bytes <= LIMITS.get(kind, INBOUND_MAX_BYTES)


async def fetch_link(world: World, message: Message) -> bool:
    """Fetch the link of a sent medium, once in ten minutes for the same URL; False if it cannot be sent."""
    content = content_of(message)
    link = as_text(content.get("link")) or ""
    cached = next(
        (
            item
            for item in world.state.media.values()
            if item.link == link and world.now() - item.created_at < LINK_CACHE_S
        ),
        None,
    )
    if cached is None:
        fetched = await world.delivery.fetch(link, LIMITS.get(message.type, STICKER_ANIMATED_BYTES))
        if fetched is None:
            return False
        mime, body = fetched
        name = as_text(content.get("filename")) or link.rpartition("/")[2].partition("?")[0]
        cached = add(world, message.number_id, mime, name, body, UPLOAD_DAYS_S)
        cached.link = link
    message.media_id = cached.id
    world.touch(message)
    return fits(message.type, cached)


# endpoints


def upload(world: World, number: Number, request: Request) -> JSON:
    """`POST /{number}/media`, multipart."""
    params = request.params()
    if params.get("messaging_product") != "whatsapp":
        raise required("messaging_product")
    file = request.files.get("file")
    if file is None:
        raise required("file")
    mime = (
        file.mime if plain_mime(file.mime) != "application/octet-stream" else as_text(params.get("type")) or file.mime
    )
    if plain_mime(mime) not in UPLOADABLE:
        raise GraphError(
            100,
            message="(#100) Param file must be a file with one of the following types: "
            + ", ".join(sorted(UPLOADABLE))
            + f". Received file of type '{mime}'.",
        )
    probe = Media(
        id="",
        number_id="",
        mime=mime,
        name="",
        sha256="",
        size_bytes=len(file.content),
        created_at=0.0,
        expires_at=0.0,
        is_animated=b"ANIM" in file.content[:64],
    )
    kinds = [kind for kind, allowed in MIMES.items() if plain_mime(mime) in allowed] or ["document"]
    if not file.content or not any(fits(kind, probe) for kind in kinds):
        raise GraphError(131053, f"The file of {len(file.content)} bytes is empty or too large for its type.")
    life_s = UPLOAD_DAYS_S
    if "ttl_minutes" in params:
        life_s = min(UPLOAD_DAYS_S, 60.0 * float(params["ttl_minutes"]))
    return {"id": add(world, number.id, mime, file.name, file.content, life_s).id}


def describe(world: World, item: Media, token: Token, number_id: str | None) -> JSON:
    """`GET /{media}`: where its bytes are for the next five minutes, for this token."""
    if find(world, item.id) is None or (number_id is not None and number_id != item.number_id):
        raise unknown_object("get", item.id)
    return {
        "messaging_product": "whatsapp",
        "url": url_of(world, item, token.value),
        "mime_type": item.mime,
        "sha256": item.sha256,
        "file_size": item.size_bytes,
        "id": item.id,
    }


def url_of(world: World, item: Media, token_value: str) -> str:
    expires = int(world.now()) + URL_LIFE_S
    query = urlencode({"mid": item.id, "ext": expires, "hash": _url_hash(world, item.id, expires, token_value)})
    return f"{world.knobs.media_base_url or world.url}/whatsapp_business/attachments/?{query}"


def _url_hash(world: World, media_id: str, expires: int, token_value: str) -> str:
    words = f"{media_id}/{expires}/{token_value}".encode()
    digest = hmac.new(str(world.state.seed).encode(), words, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def download(world: World, request: Request, token: Token) -> Response:
    """The bytes behind a media URL; 404 when it expired, was altered or belongs to another token."""
    query = request.query
    item = find(world, query.get("mid", ""))
    expires = int(query["ext"]) if query.get("ext", "").isdigit() else 0
    is_ours = item is not None and (
        hmac.compare_digest(_url_hash(world, item.id, expires, token.value), query.get("hash", ""))
        or hmac.compare_digest(_url_hash(world, item.id, expires, token.app_id), query.get("hash", ""))
    )
    content = world.store.get(item.id) if item is not None and is_ours and world.now() < expires else None
    if item is None or content is None:
        return Response(404, b"", "text/plain")
    return Response(200, content, item.mime)


def delete(world: World, item: Media, number_id: str | None) -> JSON:
    if find(world, item.id) is None or (number_id is not None and number_id != item.number_id):
        raise unknown_object("delete", item.id)
    del world.state.media[item.id]
    world.store.delete(item.id)
    return {"success": True}


# resumable uploads


def start_upload(world: World, app_id: str, params: JSON) -> JSON:
    length = as_text(params.get("file_length")) or str(params.get("file_length", ""))
    if not length.isdigit():
        raise required("file_length")
    item = Upload(
        id="upload:" + world.mint.secret(40),
        app_id=app_id,
        name=str(params.get("file_name", "")),
        mime=str(params.get("file_type", "")),
        length=int(length),
    )
    world.state.uploads[item.id] = item
    return {"id": item.id}


def continue_upload(world: World, item: Upload, offset_text: str | None, body: bytes) -> JSON:
    offset = int(offset_text) if offset_text is not None and offset_text.isdigit() else -1
    if offset != item.received:
        raise GraphError(100, message=f"(#100) The file_offset must be {item.received}.")
    if item.received + len(body) > item.length:
        raise GraphError(100, message="(#100) The file is longer than announced.")
    world.store.append(item.id.replace(":", "_"), body)
    item.received += len(body)
    if item.received < item.length:
        return describe_upload(item)
    item.handle = f"4::{base64.b64encode(item.mime.encode()).decode()}:{world.mint.secret(40)}"
    return {"h": item.handle}


def describe_upload(item: Upload) -> JSON:
    return {"id": item.id, "file_offset": item.received}


def upload_of_handle(world: World, handle: str) -> str | None:
    return next((item.id for item in world.state.uploads.values() if item.handle == handle), None)


def knows_handle(world: World, handle: str) -> bool:
    return upload_of_handle(world, handle) is not None


# what users send


def receive(world: World, number: Number, source: JSON, default_mime: str) -> Media:
    """A file from a user's phone: `{base64, mime, name}`."""
    encoded = as_text(source.get("base64"))
    if encoded is None:
        raise missing("media.base64 is required")
    content = base64.b64decode(encoded.partition(",")[2] if encoded.startswith("data:") else encoded)
    mime = as_text(source.get("mime")) or default_mime
    return add(world, number.id, mime, as_text(source.get("name")) or "", content, INBOUND_DAYS_S)


def inbound_object(world: World, number: Number, kind: str, item: Media, source: JSON, caption: str | None) -> JSON:
    """The media object of an inbound message. Its `sha256` is base64, its URL is bound to the app that will ask."""
    value: JSON = {
        "mime_type": item.mime,
        "sha256": base64.b64encode(bytes.fromhex(item.sha256)).decode(),
        "id": item.id,
    }
    if not world.knobs.old_media_without_url:
        value["url"] = url_of(world, item, next(iter(world.account_of(number).subscriptions), ""))
    if caption is not None and kind in {"image", "video", "document"}:
        value["caption"] = caption
    if kind == "document":
        value["filename"] = item.name or "file"
    if kind == "audio":
        value["voice"] = as_bool(source.get("voice"))
    if kind == "sticker":
        value["animated"] = as_bool(source.get("animated")) or item.is_animated
    return value


def header_media(content: JSON) -> JSON | None:
    """The media object of a message header, if it has one."""
    for kind in ("image", "video", "document"):
        value = as_object(content.get(kind))
        if value is not None:
            return value
    return None
