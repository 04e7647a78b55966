"""Deliver what is queued: claim it, and say what follows from what the provider answered.

The send loop (workers/send_loop.py) calls these around its requests: `claim_messages` commits before a request leaves,
`record_deliveries` after its outcome is known. What an answer means for a message is decided here and nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from threadline.actions.show_statuses import show_statuses
from threadline.channels.contract import Alarm, ChannelType, Retry, SendError, Sent
from threadline.core.events import Event, EventKind
from threadline.core.pacing import retry_in_s
from threadline.store import attempts, refusals
from threadline.store.attempts import (
    ClaimedAttempt,
    Clearance,
    FailureNote,
    KnownAddress,
    Outcome,
    OutcomeKind,
)
from threadline.store.session import Session
from threadline.store.statuses import block_reaches
from threadline.store.uploads import FileToSend, keep_provider_media, load_files_to_send

_HELD_S = 3600.0
_CHANNEL_RESTS_S = 1.0
_PROVIDER_KEEPS_MEDIA_DAYS = 29


@dataclass(frozen=True, slots=True)
class Claim:
    """What is ours to send now. `clearance` says why it is nothing, if nothing may leave at all."""

    clearance: Clearance
    attempts: Sequence[ClaimedAttempt] = ()
    files: Mapping[UUID, FileToSend] = field(default_factory=dict[UUID, FileToSend])


async def claim_messages(
    session: Session,
    *,
    workspace_id: UUID,
    channel_id: UUID,
    lease: str,
    fence: int,
    limit: int,
    skip_contacts: Sequence[UUID],
    not_before: UUID,
) -> Claim:
    """Take up to `limit` due attempts for this host; they are *sending* once the transaction is committed."""
    clearance = await attempts.clear_to_send(session, lease=lease, fence=fence, channel_id=channel_id)
    if clearance.pause:
        return Claim(clearance)
    claimed = await attempts.claim_attempts(
        session,
        channel_id=channel_id,
        fence=fence,
        limit=limit,
        skip_contacts=skip_contacts,
        not_before=not_before,
    )
    file_ids = [file_id for attempt in claimed for file_id in attempt.file_ids]
    files = await load_files_to_send(session, workspace_id, file_ids) if file_ids else {}
    return Claim(clearance, claimed, files)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A try and its answer: the outcome of the attempt, and what else the answer told."""

    outcome: Outcome
    learned: Sequence[KnownAddress] = ()
    uploaded: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    alarm: Alarm = Alarm.NONE


def judge_answer(
    claimed: ClaimedAttempt, answer: Sent | SendError, *, pair_wait_s: float, outage_wait_s: float | None
) -> Delivery:
    """What follows from the provider's answer to one try.

    `pair_wait_s`: how long this customer is left alone if the provider asks for it. `outage_wait_s`: while the provider
    is away, when to try again, whatever the number of tries; None if it is not.
    """
    if isinstance(answer, Sent):
        outcome = _outcome(claimed, OutcomeKind.SENT, provider_id=answer.provider_id)
        learned = [KnownAddress(a.scheme, a.scope, a.value) for a in answer.addresses]
        return Delivery(outcome, [a for a in learned if a not in claimed.to], answer.uploaded)
    return Delivery(_follow(claimed, answer, pair_wait_s, outage_wait_s), alarm=answer.alarm)


def _follow(claimed: ClaimedAttempt, error: SendError, pair_wait_s: float, outage_wait_s: float | None) -> Outcome:
    asked_s = error.retry_in_s
    if error.retry is Retry.UNKNOWN:
        return _outcome(claimed, OutcomeKind.UNCERTAIN, error=error)
    if error.alarm is Alarm.STOP:
        return _outcome(claimed, OutcomeKind.RETRY, error=error)
    match error.retry:
        case Retry.NO:
            return _outcome(claimed, OutcomeKind.FAILED, error=error)
        case Retry.PAIR:
            return _outcome(claimed, OutcomeKind.RETRY, error=error, delay_s=max(pair_wait_s, asked_s or 0))
        case Retry.CHANNEL:
            return _outcome(claimed, OutcomeKind.RETRY, error=error, delay_s=asked_s or _CHANNEL_RESTS_S)
        case Retry.LATER:
            return _outcome(claimed, OutcomeKind.HELD, error=error, delay_s=asked_s or _HELD_S)
        case Retry.YES:
            delay_s = retry_in_s(claimed.try_no) or outage_wait_s
            if delay_s is None:
                return _outcome(claimed, OutcomeKind.FAILED, error=error)
            return _outcome(claimed, OutcomeKind.RETRY, error=error, delay_s=max(delay_s, asked_s or 0))


def _outcome(
    claimed: ClaimedAttempt,
    kind: OutcomeKind,
    *,
    provider_id: str | None = None,
    error: SendError | None = None,
    delay_s: float = 0,
) -> Outcome:
    return Outcome(
        attempt_id=claimed.id,
        conversation_id=claimed.conversation_id,
        contact_id=claimed.contact_id,
        message_id=claimed.message_id,
        try_no=claimed.try_no,
        kind=kind,
        provider_id=provider_id,
        delay_s=delay_s,
        code=error.code if error else None,
        text=error.text.replace("\0", "") if error else None,
        note=FailureNote(error.reason, error.help) if error else None,
    )


async def record_deliveries(
    session: Session,
    *,
    workspace_id: UUID,
    channel_id: UUID,
    channel_type: ChannelType,
    deliveries: Sequence[Delivery],
    not_before: UUID,
    now: datetime,
    new_id: Callable[[], UUID],
) -> int:
    """Write what became of these tries, whoever made them. Returns how many waiting messages are due now because of it.

    Conversations are locked first, in the order of their ids. A status that a webhook brought meanwhile stays.
    """
    outcomes = [delivery.outcome for delivery in deliveries]
    await attempts.lock_conversations(session, workspace_id, list({o.conversation_id for o in outcomes}))
    await attempts.record_outcomes(session, workspace_id, outcomes, not_before=not_before)
    settled = {o.conversation_id for o in outcomes if o.kind is not OutcomeKind.RETRY}
    released = await attempts.release_next(session, list(settled), not_before=not_before) if settled else 0
    shown = list({o.message_id for o in outcomes if o.kind is not OutcomeKind.RETRY})
    notes = {o.code: o.note for o in outcomes if o.code and o.note}
    await show_statuses(session, workspace_id, shown, notes=notes, now=now, new_id=new_id)
    await _keep_what_was_learned(session, workspace_id, deliveries, new_id)
    await _draw_consequences(session, workspace_id, channel_id, channel_type, outcomes)
    await _raise_alarms(session, workspace_id, channel_id, deliveries, now, new_id)
    return released


async def _keep_what_was_learned(
    session: Session, workspace_id: UUID, deliveries: Sequence[Delivery], new_id: Callable[[], UUID]
) -> None:
    learned = [(new_id(), d.outcome.contact_id, address) for d in deliveries for address in d.learned]
    if learned:
        await refusals.learn_addresses(session, workspace_id, learned)
    uploaded = {file_id: media_id for d in deliveries for file_id, media_id in d.uploaded.items()}
    if uploaded:
        await keep_provider_media(session, workspace_id, uploaded, kept_days=_PROVIDER_KEEPS_MEDIA_DAYS)


async def _draw_consequences(
    session: Session, workspace_id: UUID, channel_id: UUID, channel_type: ChannelType, outcomes: Sequence[Outcome]
) -> None:
    """What a final refusal says about the customer: not reachable, the window closed, marketing not wanted."""
    failed = [(o, channel_type.failure(o.code)) for o in outcomes if o.kind is OutcomeKind.FAILED and o.code]
    closed = [o for o, meaning in failed if meaning.closes_window]
    if closed:
        contacts, conversations = [o.contact_id for o in closed], [o.conversation_id for o in closed]
        await refusals.close_windows(session, workspace_id, channel_id, contacts, conversations)
    unreachable = {o.contact_id: meaning.text for o, meaning in failed if meaning.is_unreachable}
    for reason in sorted(set(unreachable.values())):
        contacts = [contact_id for contact_id, its_reason in unreachable.items() if its_reason == reason]
        await block_reaches(
            await session.raw(),
            workspace_id=workspace_id,
            channel_id=channel_id,
            contact_ids=contacts,
            reason=reason,
        )
    unwanted = {o.contact_id: o.code or "" for o, meaning in failed if meaning.withdraws_marketing}
    for code in sorted(set(unwanted.values())):
        contacts = [contact_id for contact_id, its_code in unwanted.items() if its_code == code]
        await refusals.withdraw_consent(session, workspace_id, channel_id, contacts, category="marketing", detail=code)


async def _raise_alarms(
    session: Session,
    workspace_id: UUID,
    channel_id: UUID,
    deliveries: Sequence[Delivery],
    now: datetime,
    new_id: Callable[[], UUID],
) -> None:
    """A channel that cannot work stops and keeps its queue; anything else an admin should know stands beside it."""
    stops = [d.outcome.text or "" for d in deliveries if d.alarm is Alarm.STOP]
    warnings = [d.outcome.text or "" for d in deliveries if d.alarm is Alarm.ADMIN]
    if stops:
        has_news = await refusals.stop_channel(session, workspace_id, channel_id, reason=stops[0])
    elif warnings:
        has_news = await refusals.note_channel_error(session, workspace_id, channel_id, text=warnings[0])
    else:
        return
    if has_news:
        session.record(
            Event(
                id=new_id(),
                workspace_id=workspace_id,
                kind=EventKind.CHANNEL_CHANGED,
                at=now,
                channel_id=channel_id,
                data={"state": "paused"} if stops else {},
            )
        )
