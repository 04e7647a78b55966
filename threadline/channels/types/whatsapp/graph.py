"""Calls to the Graph API: its address, its token, its answers. Every call to Meta goes through here."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from threadline.channels.contract import (
    ChannelAccess,
    FormPart,
    HttpAnswer,
    HttpBroken,
    HttpClient,
    HttpTimeout,
    HttpUnreachable,
    Retry,
    SendError,
)
from threadline.channels.types.whatsapp.errors import refusal

VERSION: Final = "v26.0"
TOKEN: Final = "token"  # noqa: S105 - the name of a field
APP_SECRET: Final = "app_secret"  # noqa: S105 - the name of a field

_VERSIONED = re.compile(r"/v\d+\.\d+$")
T = TypeVar("T")


def graph_url(access: ChannelAccess, *path: str, query: Mapping[str, str] | None = None) -> str:
    """`{base}/{version}/{path…}?query`; the version is a setting of the channel, or part of the base URL."""
    base = access.base_url.rstrip("/")
    if not _VERSIONED.search(base):
        base = f"{base}/{access.settings.get('graph_version') or VERSION}"
    url = "/".join((base, *(quote(part, safe="") for part in path)))
    return f"{url}?{urlencode(query)}" if query else url


def bearer(access: ChannelAccess) -> dict[str, str]:
    return {"Authorization": f"Bearer {access.secrets.get(TOKEN, '')}"}


def graph_host(access: ChannelAccess) -> str:
    return urlsplit(access.base_url).netloc


async def call(
    http: HttpClient,
    access: ChannelAccess,
    method: str,
    url: str,
    *,
    json_body: bytes | None = None,
    form: Sequence[FormPart] | None = None,
    timeout_s: float = 30,
) -> HttpAnswer:
    """One request with the channel's token. Raises SendError for everything but 200.

    What never left the house may go again; what left and was not answered may have been accepted.
    """
    try:
        answer = await http.request(
            method, url, headers=bearer(access), json_body=json_body, form=form, timeout_s=timeout_s
        )
    except HttpUnreachable as error:
        raise SendError(code="unreachable", retry=Retry.YES, text="WhatsApp cannot be reached at present.") from error
    except HttpTimeout as error:
        raise SendError(code="timeout", retry=Retry.UNKNOWN, text="WhatsApp did not answer in time.") from error
    except HttpBroken as error:
        raise SendError(code="broken", retry=Retry.UNKNOWN, text="The connection to WhatsApp broke off.") from error
    if answer.status != 200:
        raise refusal(answer)
    return answer


def decoded(answer: HttpAnswer, decoder: "msgspec.json.Decoder[T]") -> T:
    """The answer's JSON. Raises SendError with UNKNOWN: half an answer of 200 does not say what was done."""
    try:
        return decoder.decode(answer.body)
    except (ValueError, RecursionError) as error:
        raise half_answer() from error


def half_answer() -> SendError:
    return SendError(code="half_answer", retry=Retry.UNKNOWN, text="WhatsApp's answer was incomplete.")
