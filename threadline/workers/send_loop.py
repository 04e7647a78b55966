"""The send loop of one hosted channel: claims what is due, asks the provider, records what it said.

    loop = SendLoop(outbox, database=…, http=…, open_file=…, limits=…, new_id=…, utc_now=…)
    await loop.run(stop)      # until `stop` is set or the fence is another's; `loop.wake()` when there is news

One channel, one loop: a burst on one number delays no other. A claim is committed before its request leaves, requests
run with no transaction open, and outcomes are written together, whatever gathers in a few milliseconds.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from threadline.actions.apply_parked import apply_parked
from threadline.actions.deliver_messages import (
    Claim,
    Delivery,
    claim_messages,
    judge_answer,
    record_deliveries,
)
from threadline.actions.perform_acts import fail_act, perform
from threadline.actions.receiving import Channel
from threadline.actions.run_send_timers import run_send_timers
from threadline.channels.contract import (
    AddressValue,
    Alarm,
    ChannelAccess,
    ChannelType,
    HttpBroken,
    HttpClient,
    HttpTimeout,
    HttpUnreachable,
    OutgoingFile,
    OutgoingPart,
    Retry,
    SendError,
    Sent,
)
from threadline.core.ids import first_uuid7_at
from threadline.core.pacing import Breaker, PairLimits, SendRate
from threadline.infra import metrics
from threadline.infra.log import get_logger
from threadline.store import attempts
from threadline.store.acts import TakenAct, take_acts
from threadline.store.attempts import ClaimedAttempt, OutcomeKind
from threadline.store.session import Database, Role, Session, is_data_error
from threadline.store.uploads import FileToSend

log = get_logger("send")

OpenFile = Callable[[str], AsyncIterator[bytes]]
"""Blob key → its bytes from the beginning."""

_GATHER_S = 0.012
"""Outcomes of so long are written together."""
_SHORTEST_PASS_S = 0.004
_LONGEST_PASS_S = 0.1
_TOKENS_A_PASS = 15
"""While there is more than the limits allow, claims come for so many tokens at once and not for every single one."""
_MOST_OUTCOMES = 500
_UPLOAD_S = 90.0
_LOOK_BACK = timedelta(days=3)
"""Attempts are never older in the queue; the margin is for clocks that disagree."""
_UNLIMITED_PER_S = 5000.0


@dataclass(frozen=True, slots=True)
class Outbox:
    """Whose messages this loop sends, and by which right."""

    workspace_id: UUID
    lease: str
    fence: int
    access: ChannelAccess
    channel_type: ChannelType

    @property
    def channel_id(self) -> UUID:
        return self.access.channel_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTimes:
    """Timers of the loop, in seconds: settings in production, parts of a second in tests."""

    poll_s: float = 1.0
    send_timeout_s: float = 30.0
    uncertain_wait_s: float = 60.0
    timers_s: float = 3.0
    drain_s: float = 10.0
    max_in_flight: int = 400


class SendLoop:
    def __init__(
        self,
        outbox: Outbox,
        *,
        database: Database,
        http: HttpClient,
        open_file: OpenFile,
        new_id: Callable[[], UUID],
        utc_now: Callable[[], datetime],
        times: SendTimes | None = None,
    ) -> None:
        self._outbox = outbox
        self._database = database
        self._http = http
        self._open_file = open_file
        self._new_id = new_id
        self._utc_now = utc_now
        self._times = times or SendTimes()
        self._started_at = time.monotonic()
        self._rate, self._pairs = _limits_of(outbox, self._started_at)
        self._breaker = Breaker()
        self._news = asyncio.Event()
        self._answered = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()
        self._answers: list[Delivery] = []
        self._open: set[UUID] = set()
        """Attempts that this host claimed and whose outcome is not committed yet."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_draining = False
        self._is_stopped_by_alarm = False
        self._has_doubtful_claim = False
        self._pause = ""

    @property
    def pause(self) -> str:
        """Why nothing leaves at present; "" if it does."""
        return self._pause

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    def wake(self) -> None:
        """There may be something to send."""
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set or another host has the channel; then finish what is on its way.

        Cancelled, it leaves everything as it is, like a process that was killed: the next host finds the claims.
        """
        recorder = asyncio.create_task(self._record_answers(), name="send recorder")
        stopper = asyncio.create_task(self._wake_when_set(stop), name="send stopper")
        try:
            await self._claim_until(stop)
            await self._drain()
        finally:
            for task in (recorder, stopper, *self._tasks):
                task.cancel()
            await asyncio.gather(recorder, stopper, *self._tasks, return_exceptions=True)

    # Claiming

    async def _claim_until(self, stop: asyncio.Event) -> None:
        self._started_at = timers_at = time.monotonic()
        has_taken_over = False
        while not stop.is_set():
            try:
                if not has_taken_over:
                    await self._take_over()
                    has_taken_over = True
                if time.monotonic() >= timers_at:
                    timers_at = time.monotonic() + self._times.timers_s
                    await self._run_timers()
                wait_s = await self._pass()
            except Exception as error:  # whatever it is, the next pass meets it again; the queue is in the rows
                self._has_doubtful_claim = True
                log.warning("send_pass_failed", channel_id=str(self._outbox.channel_id), error=type(error).__name__)
                wait_s = self._times.poll_s
            if wait_s is None:
                return
            await self._wait(min(wait_s, timers_at - time.monotonic()))

    async def _pass(self) -> float | None:
        """Claim once and start what was claimed. Returns how long to wait for news; None: the channel is another's."""
        allowance = self._allowance()
        if allowance <= 0:
            return self._ready_in_s()
        self._news.clear()
        not_before = self._not_before()
        async with self._transaction() as session:
            claim = await self._claim(session, allowance, not_before)
            acts = await self._take_acts(session, claim, allowance - len(claim.attempts), not_before)
        self._has_doubtful_claim = False
        self._show_pause(claim.clearance.pause)
        if not claim.clearance.is_ours:
            return None
        self._start(claim, acts)
        if self._pause or len(claim.attempts) + len(acts) < allowance:
            return self._times.poll_s
        return self._pass_s

    async def _claim(self, session: Session, allowance: int, not_before: UUID) -> Claim:
        outbox = self._outbox
        if self._has_doubtful_claim:
            await attempts.return_unsent(
                session,
                channel_id=outbox.channel_id,
                fence=outbox.fence,
                in_flight=list(self._open),
                not_before=not_before,
            )
        return await claim_messages(
            session,
            workspace_id=outbox.workspace_id,
            channel_id=outbox.channel_id,
            lease=outbox.lease,
            fence=outbox.fence,
            limit=allowance,
            skip_contacts=self._pairs.blocked(time.monotonic()),
            not_before=not_before,
        )

    async def _take_acts(self, session: Session, claim: Claim, limit: int, not_before: UUID) -> Sequence[TakenAct]:
        """With what the messages leave of the allowance."""
        if claim.clearance.pause or limit <= 0:
            return ()
        return await take_acts(session, channel_id=self._outbox.channel_id, limit=limit, not_before=not_before)

    def _allowance(self) -> int:
        if self._is_stopped_by_alarm:
            return 0
        now = time.monotonic()
        room = self._times.max_in_flight - len(self._tasks)
        return self._breaker.allowance(now, min(room, self._rate.allowance(now)))

    def _ready_in_s(self) -> float:
        now = time.monotonic()
        wait_s = max(self._rate.ready_in_s(now), self._breaker.ready_in_s(now))
        return min(max(wait_s, self._pass_s), self._times.poll_s)

    @property
    def _pass_s(self) -> float:
        return min(max(_TOKENS_A_PASS / self._rate.per_second, _SHORTEST_PASS_S), _LONGEST_PASS_S)

    def _start(self, claim: Claim, acts: Sequence[TakenAct]) -> None:
        now = time.monotonic()
        if claim.attempts:
            self._breaker.probe()
        self._rate.reserve(len(claim.attempts) + len(acts))
        for attempt in claim.attempts:
            self._open.add(attempt.id)
            self._pairs.note(attempt.contact_id, now)
            self._spawn(self._send(attempt, claim.files))
        for act in acts:
            self._spawn(self._perform(act))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        was_full = len(self._tasks) >= self._times.max_in_flight
        self._tasks.discard(task)
        if was_full:
            self.wake()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("send_task_failed", error=type(error).__name__)

    def _show_pause(self, pause: str) -> None:
        if pause != self._pause:
            self._pause = pause
            log.info("sending_stands" if pause else "sending_runs", channel_id=str(self._outbox.channel_id))

    async def _wait(self, wait_s: float) -> None:
        """Until there is news, or so long. News does not cut short the pace of passes."""
        await asyncio.sleep(min(wait_s, _SHORTEST_PASS_S))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(wait_s - _SHORTEST_PASS_S, self._free_pair_in_s())):
                await self._news.wait()

    def _free_pair_in_s(self) -> float:
        return max(_SHORTEST_PASS_S, self._pairs.next_free_at() - time.monotonic())

    # Asking the provider

    async def _send(self, attempt: ClaimedAttempt, files: Mapping[UUID, FileToSend]) -> None:
        started_at = time.monotonic()
        self._rate.depart(started_at)
        answer = await self._ask(attempt, files)
        answered_at = time.monotonic()
        self._rate.answered(started_at, answered_at)
        self._learn(attempt, answer, answered_at)
        metrics.send_seconds.observe(answered_at - started_at)

    async def _ask(self, attempt: ClaimedAttempt, files: Mapping[UUID, FileToSend]) -> Sent | SendError:
        part = OutgoingPart(
            attempt_id=attempt.id,
            content=attempt.content,
            to=tuple(AddressValue(scheme=a.scheme, scope=a.scope, value=a.value) for a in attempt.to),
            quoted_provider_id=attempt.quoted_provider_id,
            files={id: self._outgoing_file(files[id]) for id in attempt.file_ids if id in files},
        )
        timeout_s = self._times.send_timeout_s + (_UPLOAD_S if attempt.file_ids else 0)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._outbox.channel_type.send(self._http, self._outbox.access, part)
        except SendError as error:
            return error
        except asyncio.CancelledError:
            if not self._is_draining:
                raise
            return SendError(code="shutdown", retry=Retry.UNKNOWN, text="Threadline stopped while it was being sent.")
        except Exception as error:
            return _as_send_error(error)

    def _outgoing_file(self, file: FileToSend) -> OutgoingFile:
        return OutgoingFile(
            file_id=file.id,
            mime=file.mime,
            name=file.name,
            size_bytes=file.size_bytes,
            read=partial(self._open_file, file.blob_key),
            provider_media_id=file.provider_media_id,
        )

    def _learn(self, attempt: ClaimedAttempt, answer: Sent | SendError, now: float) -> None:
        """What the answer means for the number as a whole, then for the message."""
        pair_wait_s = 0.0
        if _is_outage(answer):
            self._breaker.failed(now)
        else:
            self._breaker.succeeded()
        if isinstance(answer, Sent):
            self._pairs.accepted(attempt.contact_id)
        elif answer.retry is Retry.PAIR:
            pair_wait_s = self._pairs.refused(attempt.contact_id, now)
        elif answer.retry is Retry.CHANNEL:
            self._rate.slow_down(now, rest_s=answer.retry_in_s or 1.0)
        outage_wait_s = self._breaker.pause_s if self._breaker.is_open else None
        delivery = judge_answer(attempt, answer, pair_wait_s=pair_wait_s, outage_wait_s=outage_wait_s)
        self._is_stopped_by_alarm = self._is_stopped_by_alarm or delivery.alarm is Alarm.STOP
        metrics.messages_sent.labels(delivery.outcome.kind.value).inc()
        self._answers.append(delivery)
        self._written.clear()
        self._answered.set()
        if delivery.outcome.kind is OutcomeKind.RETRY:
            asyncio.get_running_loop().call_later(delivery.outcome.delay_s + 2 * _GATHER_S, self.wake)

    async def _perform(self, act: TakenAct) -> None:
        """Typing, a read mark, a reaction: asked once, whatever comes."""
        self._rate.depart(time.monotonic())
        outbox = self._outbox
        try:
            async with asyncio.timeout(self._times.send_timeout_s):
                await perform(self._http, outbox.access, outbox.channel_type, act)
        except Exception as error:
            code = error.code if isinstance(error, SendError) else type(error).__name__
            log.info("act_failed", channel_id=str(outbox.channel_id), kind=act.kind.value, code=code)
            async with self._transaction() as session:
                await fail_act(
                    session,
                    workspace_id=outbox.workspace_id,
                    channel_id=outbox.channel_id,
                    act=act,
                    code=code,
                    now=self._utc_now(),
                    new_id=self._new_id,
                )

    # Recording

    async def _record_answers(self) -> None:
        while True:
            await self._answered.wait()
            await asyncio.sleep(_GATHER_S)
            self._answered.clear()
            while self._answers:
                batch = self._answers[:_MOST_OUTCOMES]
                await self._write(batch)
                del self._answers[: len(batch)]
            self._written.set()

    async def _write(self, batch: Sequence[Delivery]) -> None:
        """Until it is written: an outcome that was learned is never forgotten while this process lives."""
        wait_s = 0.1
        while True:
            try:
                await self._record(batch)
                return
            except Exception as error:
                if is_data_error(error):
                    await self._write_apart(batch, error)
                    return
                log.warning("outcomes_not_written", count=len(batch), error=type(error).__name__)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, 2.0)

    async def _write_apart(self, batch: Sequence[Delivery], error: Exception) -> None:
        """One that cannot be stored as it is (a provider's id given twice, say) must not hold back the others."""
        if len(batch) > 1:
            for delivery in batch:
                await self._write([delivery])
            return
        outcome = batch[0].outcome
        log.error("outcome_refused", attempt_id=str(outcome.attempt_id), error=type(error).__name__)
        await self._record([Delivery(replace(outcome, provider_id=None, text=None))])

    async def _record(self, batch: Sequence[Delivery]) -> None:
        outbox = self._outbox
        async with self._transaction() as session:
            released = await record_deliveries(
                session,
                workspace_id=outbox.workspace_id,
                channel_id=outbox.channel_id,
                channel_type=outbox.channel_type,
                deliveries=batch,
                not_before=self._not_before(),
                now=self._utc_now(),
                new_id=self._new_id,
            )
            await self._apply_parked(session, batch)
        self._open.difference_update(delivery.outcome.attempt_id for delivery in batch)
        if any(delivery.alarm is Alarm.STOP for delivery in batch):
            self._is_stopped_by_alarm = False
        if released:
            self.wake()

    async def _apply_parked(self, session: Session, batch: Sequence[Delivery]) -> None:
        """Statuses that came before their provider id was known. With an echo they found their attempt by our id."""
        outbox = self._outbox
        provider_ids = [delivery.outcome.provider_id for delivery in batch if delivery.outcome.provider_id]
        if provider_ids and not outbox.channel_type.manifest.capabilities.echoes_attempt_id:
            access = outbox.access
            channel = Channel(
                outbox.workspace_id, access.channel_id, outbox.channel_type, access.address, access.account
            )
            await apply_parked(session, channel, provider_ids, now=self._utc_now(), new_id=self._new_id)

    # Time and the end

    async def _take_over(self) -> None:
        """What the customers got lately, from whichever host: the pair limits go on where they were."""
        async with self._transaction() as session:
            claims = await attempts.recent_claims(
                session,
                channel_id=self._outbox.channel_id,
                since_s=self._pairs.memory_s,
                not_before=self._not_before(),
            )
        now = time.monotonic()
        for contact_id, ago_s in claims:
            self._pairs.note(contact_id, now - ago_s)

    async def _run_timers(self) -> None:
        outbox = self._outbox
        self._pairs.forget(time.monotonic())
        echoes = outbox.channel_type.manifest.capabilities.echoes_attempt_id
        async with self._transaction() as session:
            await run_send_timers(
                session,
                workspace_id=outbox.workspace_id,
                channel_id=outbox.channel_id,
                channel_type=outbox.channel_type,
                lease=outbox.lease,
                fence=outbox.fence,
                waited_s=self._times.uncertain_wait_s if echoes else 0.0,
                judges_claims=self._has_waited_out,
                not_before=self._not_before(),
                now=self._utc_now(),
                new_id=self._new_id,
            )

    @property
    def _has_waited_out(self) -> bool:
        """True when no request of an earlier host can still be on its way."""
        return time.monotonic() >= self._started_at + self._times.send_timeout_s

    async def _drain(self) -> None:
        """Finish what is on its way, then give up on the rest: nobody will know whether it arrived."""
        self._is_draining = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._times.drain_s)
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._times.drain_s):
                await self._written.wait()

    async def _wake_when_set(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake()

    def _transaction(self) -> AbstractAsyncContextManager[Session]:
        return self._database.transaction(Role.ENGINE, self._outbox.workspace_id, keeps_plans=True)

    def _not_before(self) -> UUID:
        return first_uuid7_at(self._utc_now() - _LOOK_BACK)


def _limits_of(outbox: Outbox, now: float) -> tuple[SendRate, PairLimits]:
    """The number's limits: its manifest's, unless its settings know better."""
    capabilities = outbox.channel_type.manifest.capabilities
    settings = outbox.access.settings
    per_second = float(settings.get("sends_per_second") or capabilities.sends_per_second) or _UNLIMITED_PER_S
    interval_s = float(settings.get("pair_interval_s") or capabilities.pair_interval_s)
    burst = int(settings.get("pair_burst") or capabilities.pair_burst)
    return SendRate(per_second, now), PairLimits(interval_s, burst)


def _as_send_error(error: Exception) -> SendError:
    """What a channel type let through, in the words it should have used."""
    if isinstance(error, HttpUnreachable):
        return SendError(code="unreachable", retry=Retry.YES, text="The provider cannot be reached at present.")
    if isinstance(error, HttpTimeout | TimeoutError):
        return SendError(code="timeout", retry=Retry.UNKNOWN, text="The provider did not answer in time.")
    if isinstance(error, HttpBroken):
        return SendError(code="broken", retry=Retry.UNKNOWN, text="The provider's answer broke off.")
    if isinstance(error, FileNotFoundError):
        return SendError(code="no_file", retry=Retry.NO, text="The file of this message is no longer there.")
    log.error("send_raised", error=type(error).__name__, exc_info=error)
    return SendError(code="internal", retry=Retry.UNKNOWN, text="Threadline failed while it was being sent.")


def _is_outage(answer: Sent | SendError) -> bool:
    """True if the answer says nothing about the message and all about the provider."""
    if isinstance(answer, Sent):
        return False
    return (
        answer.retry is Retry.UNKNOWN or answer.code == "unreachable" or isinstance(answer.__cause__, HttpUnreachable)
    )
