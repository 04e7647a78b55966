"""Give a fresh workspace what a desk needs on its first day. Done once, when it gets its first person."""

from threadline.core.ids import NewId
from threadline.core.label import label_key
from threadline.core.sla import Policy
from threadline.core.start import LABEL_COLOURS, REPLY_TARGET, Start, StartingReply, language_of, start_in
from threadline.store.labels import Label, insert_label, list_labels
from threadline.store.saved_replies import SavedReply, find_shortcuts, insert_saved_reply
from threadline.store.session import Session
from threadline.store.sla_policies import ask_for_recount, list_policies, save_policy


async def furnish_workspace(session: Session, *, locale: str, new_id: NewId) -> None:
    """In this language. What is there already, as the demo's, is left alone."""
    start = start_in(locale)
    if not await list_policies(session):
        policy = Policy(id=new_id(), name=start.level, first_reply=REPLY_TARGET, next_reply=REPLY_TARGET)
        await save_policy(session, policy)
        # Who wrote before anybody was there, as on the practice phone, is promised the same.
        assert session.workspace_id is not None  # whoever furnishes opens the transaction for one workspace
        await ask_for_recount(await session.raw(), session.workspace_id)
    await _add_labels(session, start, new_id)
    taken = await find_shortcuts(session)
    for reply in start.replies:
        if reply.shortcut not in taken:
            await insert_saved_reply(session, _saved(reply, locale, new_id), agent_id=None)


async def _add_labels(session: Session, start: Start, new_id: NewId) -> None:
    known = {label_key(one.name) for one in await list_labels(session) if one.kind == "conversation"}
    for name, colour in zip(start.labels, LABEL_COLOURS, strict=True):
        if label_key(name) not in known:
            await insert_label(session, Label(id=new_id(), kind="conversation", name=name, colour=colour))


def _saved(reply: StartingReply, locale: str, new_id: NewId) -> SavedReply:
    return SavedReply(
        id=new_id(),
        is_shared=True,
        team_id=None,
        channel_id=None,
        title=reply.title,
        shortcut=reply.shortcut,
        text=reply.text,
        variants=[],
        language=language_of(locale),
        wordings=[],
        files=[],
    )
