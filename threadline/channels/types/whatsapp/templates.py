"""The account's templates as Meta lists them, page by page (docs/whatsapp.md §4.1)."""

from typing import Final

import msgspec

from threadline.channels.contract import ChannelAccess, HttpClient, TemplateRecord
from threadline.channels.types.whatsapp.graph import call, decoded, graph_url
from threadline.channels.types.whatsapp.scalars import Loose, text_of

_FIELDS: Final = (
    "id,name,language,status,category,sub_category,parameter_format,components,quality_score,rejected_reason"
)
_PAGE: Final = 100
_PAGES: Final = 100
"""An account holds at most 6,000 templates; more pages than this are a loop."""


class _Quality(msgspec.Struct):
    score: Loose = None


class _Template(msgspec.Struct):
    id: Loose = None
    name: Loose = None
    language: Loose = None
    status: Loose = None
    category: Loose = None
    components: msgspec.Raw = msgspec.Raw(b"[]")
    quality_score: _Quality | Loose = None
    rejected_reason: Loose = None


class _Cursors(msgspec.Struct):
    after: Loose = None


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: Loose = None


class _Page(msgspec.Struct):
    data: list[_Template]
    paging: _Paging | None = None


_page = msgspec.json.Decoder(_Page)


async def list_templates(http: HttpClient, access: ChannelAccess) -> list[TemplateRecord]:
    """All templates of the account. Raises SendError.

    Pages are asked for by cursor: the `next` link would repeat a token in a URL that Meta chose.
    """
    records: list[TemplateRecord] = []
    query = {"fields": _FIELDS, "limit": str(_PAGE)}
    for _ in range(_PAGES):
        url = graph_url(access, access.account, "message_templates", query=query)
        page = decoded(await call(http, access, "GET", url), _page)
        records += [_record(template) for template in page.data]
        after = text_of(page.paging.cursors.after) if page.paging and page.paging.cursors else ""
        if not after or page.paging is None or not page.paging.next or query.get("after") == after:
            break
        query["after"] = after
    return records


def _record(template: _Template) -> TemplateRecord:
    quality = template.quality_score
    score = text_of(quality.score) if isinstance(quality, _Quality) else ""
    reason = text_of(template.rejected_reason)
    return TemplateRecord(
        template_id=text_of(template.id),
        name=text_of(template.name),
        language=text_of(template.language).replace("-", "_"),
        category=text_of(template.category),
        status=text_of(template.status),
        components=bytes(template.components).decode(),
        quality="" if score == "UNKNOWN" else score,
        reason="" if reason == "NONE" else reason,
    )
