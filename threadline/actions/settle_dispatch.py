"""The end of a try: told, to be tried again, or failed for good; and a webhook that fails too long is switched off."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.actions.take_webhook_answer import Taken, take_webhook_answer
from threadline.channels.contract import ChannelType
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.webhook import (
    FAILURES_TO_SWITCH_OFF,
    Cause,
    DispatchState,
    OffReason,
    TryError,
    Verdict,
    judge,
    kept_answer,
)
from threadline.store.session import Session
from threadline.store.webhooks import ClaimedDispatch, Try, count_outcome, is_claimed, settle_try, switch_off


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back."""

    at: datetime
    """When it was asked."""
    took_ms: int
    status: int | None = None
    error: TryError | None = None
    body: bytes = b""
    content_type: str = ""


async def settle_dispatch(
    session: Session,
    claimed: ClaimedDispatch,
    heard: Heard,
    *,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    """In one transaction with what the answer wants: a worker that dies in between leaves nothing or everything."""
    verdict = judge(cause=claimed.cause, status=heard.status, error=heard.error, tries=claimed.tries)
    taken = Taken("")
    if verdict.state is DispatchState.TOLD and claimed.takes_answer and await is_claimed(session, claimed):
        taken = await take_webhook_answer(
            session,
            claimed,
            heard.body,
            content_type=heard.content_type,
            now=now,
            new_id=new_id,
            find_type=find_type,
        )
    is_settled = await settle_try(
        session,
        claimed,
        Try(heard.at, heard.took_ms, heard.status, heard.error, kept_answer(heard.body)),
        state=verdict.state,
        due_at=now if verdict.wait is None else now + verdict.wait,
        outcome=taken.outcome,
        reason=taken.reason,
        text=taken.text,
        now=now,
    )
    if is_settled and verdict.state is not DispatchState.WAITING and claimed.cause is not Cause.TEST:
        await _count(session, claimed.webhook_id, verdict, now, new_id)


async def _count(session: Session, webhook_id: UUID, verdict: Verdict, now: datetime, new_id: NewId) -> None:
    failures = await count_outcome(session, webhook_id, has_failed=verdict.state is DispatchState.FAILED)
    if not verdict.is_gone and failures < FAILURES_TO_SWITCH_OFF:
        return
    reason = OffReason.GONE if verdict.is_gone else OffReason.FAILING
    if not await switch_off(session, webhook_id, reason, now=now):
        return
    assert session.workspace_id is not None
    session.record(
        Event(
            id=new_id(),
            workspace_id=session.workspace_id,
            kind=EventKind.WEBHOOK_CHANGED,
            at=now,
            data={"webhook_id": str(webhook_id), "is_on": False, "reason": reason.value},
        )
    )
