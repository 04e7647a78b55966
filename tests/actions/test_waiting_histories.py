"""Random histories through the real actions: the stored clock is the pure function's, after every single step."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions.add_note import add_note
from threadline.actions.change_conversation import change_conversation
from threadline.actions.deliver_messages import Delivery, claim_messages, record_deliveries
from threadline.actions.end_waiting import end_waiting, restore_waiting
from threadline.actions.resend_message import resend_message
from threadline.actions.send_message import send_message
from threadline.actions.settle_message import settle_message
from threadline.actions.settle_uncertain import settle_uncertain
from threadline.actions.snooze_conversation import snooze_conversation, wake_conversation
from threadline.actions.stage_conversation import stage_conversation
from threadline.actions.undo_change import undo_change
from threadline.channels.contract import InboundStatus
from threadline.channels.registry import channel_type
from threadline.core.content import Call, Text, decode_content
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict
from threadline.core.message import Author, AuthorKind, Direction, Status
from threadline.core.permission import Caller, Permission
from threadline.core.undo import Standing
from threadline.core.waiting import Spoken, entry_of, waiting_since
from threadline.store.attempts import ClaimedAttempt, Outcome, OutcomeKind
from threadline.store.session import Role
from threadline.store.stages import Stage, save_stage

pytestmark = pytest.mark.asyncio

_HISTORIES = 14
_STEPS = 45
_EARLIEST = UUID(int=0)


@pytest.mark.parametrize("seed", range(_HISTORIES))
async def test_the_stored_clock_is_that_of_the_thread(database_url: str, seed: int) -> None:
    async with open_receiving_desk(database_url) as desk:
        history = History(desk, random.Random(seed))
        await history.begin()
        for _ in range(_STEPS):
            await history.step()
            assert await history.stored() == await history.computed(), history.told


@dataclass(slots=True)
class History:
    desk: ReceivingDesk
    chance: random.Random
    told: list[str] = field(default_factory=list[str])
    claimed: list[ClaimedAttempt] = field(default_factory=list[ClaimedAttempt])
    sent: list[UUID] = field(default_factory=list[UUID])
    stages: list[UUID] = field(default_factory=list[UUID])
    changed: tuple[Standing, Standing] | None = None
    caller: Caller = field(init=False)
    conversation_id: UUID = field(init=False)

    async def begin(self) -> None:
        """An agent, and a customer who has written."""
        desk = self.desk
        person_id, agent_id = desk.new_id(), desk.new_id()
        await desk.connection.execute(
            "insert into people (id, email, name) values ($1, $2, 'Ana')", person_id, f"{person_id}@x.test"
        )
        await desk.connection.execute(
            "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, 'agent')",
            desk.workspace_id,
            agent_id,
            person_id,
        )
        for state in ("open", "pending", "snoozed", "resolved"):
            for pauses in (True, False):
                stage = Stage(id=desk.new_id(), state=state, name=f"{state} {pauses}", pauses_clock=pauses)
                async with self._transaction() as session:
                    await save_stage(session, stage)
                self.stages.append(stage.id)
        self.caller = Caller(desk.workspace_id, frozenset(Permission), agent_id=agent_id)
        await self._write()
        self.conversation_id = (await desk.of("conversations"))[0]["id"]

    async def step(self) -> None:
        steps: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (4, self._write),
            (1, self._write_in_the_app),
            (1, self._call),
            (4, self._send),
            (5, self._claim),
            (6, self._answer),
            (1, self._decide),
            (4, self._report),
            (1, self._resend),
            (1, self._settle),
            (2, self._excuse),
            (2, self._take_back),
            (2, self._resolve),
            (1, self._reopen),
            (1, self._snooze),
            (1, self._wake),
            (1, self._note),
            (6, self._stage),
            (2, self._undo),
        ]
        (step,) = self.chance.choices([step for _, step in steps], weights=[weight for weight, _ in steps])
        self.desk.advance(seconds=self.chance.randrange(1, 20))
        self.told.append(step.__name__)
        before = await self.standing()
        try:
            await step()
        except Conflict:
            self.told[-1] += " refused"
        if step in (self._resolve, self._reopen, self._snooze, self._wake, self._stage):
            self.changed = before, await self.standing()

    async def _write(self) -> None:
        """One message or two; the provider's clock may put them out of order."""
        ids = [self.desk.new_id().hex for _ in range(self.chance.choice([1, 1, 2]))]
        early = self.desk.now if self.chance.random() < 0.7 else self.desk.advance(seconds=0)
        await self.desk.receive(*(self.desk.message(1, one, provider_at=early) for one in ids))

    async def _write_in_the_app(self) -> None:
        await self.desk.receive(self.desk.message(1, self.desk.new_id().hex, by_business=True, opens_window=False))

    async def _call(self) -> None:
        call = self.chance.choice([Call(outcome="missed"), Call(outcome="answered", duration_s=60)])
        await self.desk.receive(self.desk.message(1, self.desk.new_id().hex, content=call))

    async def _send(self) -> None:
        author = self.chance.choice([AuthorKind.AGENT, AuthorKind.AGENT, AuthorKind.FLOW, AuthorKind.SYSTEM])
        await self._do(
            send_message,
            conversation_id=self.conversation_id,
            author=Author(author, self.caller.agent_id if author is AuthorKind.AGENT else None),
            content=Text(text="Hello"),
            client_id=None,
            find_type=channel_type,
            workspace_id=self.desk.workspace_id,
        )
        self.sent = [row["id"] for row in await self.desk.of("messages", order="seq") if row["direction"] == "outgoing"]

    async def _claim(self) -> None:
        """At once, whatever the clock of the database says."""
        await self.desk.connection.execute(
            "update attempts set due_at = now() where workspace_id = $1 and status = 0", self.desk.workspace_id
        )
        async with self._transaction() as session:
            claim = await claim_messages(
                session,
                workspace_id=self.desk.workspace_id,
                channel_id=self.desk.channel.id,
                lease=self.desk.lease,
                fence=1,
                limit=10,
                skip_contacts=(),
                not_before=_EARLIEST,
            )
        self.claimed += claim.attempts

    async def _answer(self) -> None:
        """The provider answers one claimed try, or nobody knows whether it did."""
        if not self.claimed:
            return
        one = self.claimed.pop(self.chance.randrange(len(self.claimed)))
        kind = self.chance.choice([OutcomeKind.SENT, OutcomeKind.SENT, OutcomeKind.FAILED, OutcomeKind.UNCERTAIN])
        outcome = Outcome(
            attempt_id=one.id,
            conversation_id=one.conversation_id,
            contact_id=one.contact_id,
            message_id=one.message_id,
            try_no=one.try_no,
            kind=kind,
            provider_id=one.id.hex if kind is OutcomeKind.SENT else None,
            code=None if kind is OutcomeKind.SENT else "broken",
        )
        self.told[-1] += f" {kind}"
        await self._do(
            record_deliveries,
            workspace_id=self.desk.workspace_id,
            channel_id=self.desk.channel.id,
            channel_type=self.desk.channel.type,
            deliveries=[Delivery(outcome)],
            not_before=_EARLIEST,
        )

    async def _decide(self) -> None:
        """Nobody heard of what is uncertain: a person's message goes once more."""
        await self._do(
            settle_uncertain,
            workspace_id=self.desk.workspace_id,
            channel_id=self.desk.channel.id,
            waited_s=0,
            not_before=_EARLIEST,
        )

    async def _report(self) -> None:
        """A status of any attempt that left: also one that we took for lost, also a failure after it was sent."""
        rows = [row for row in await self.desk.of("attempts") if row["status"] > Status.QUEUED]
        if not rows:
            return
        row = self.chance.choice(rows)
        status = self.chance.choice([Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED])
        self.told[-1] += f" {status.name}"
        await self.desk.receive(
            InboundStatus(
                provider_id=row["provider_id"] or row["id"].hex,
                status=status,
                at=self.desk.now,
                attempt_id=row["id"],
                error_code="broken" if status is Status.FAILED else "",
            )
        )

    async def _resend(self) -> None:
        if self.sent:
            await self._do(
                resend_message,
                workspace_id=self.desk.workspace_id,
                message_id=self.chance.choice(self.sent),
                client_id=self.desk.new_id(),
                find_type=channel_type,
            )

    async def _settle(self) -> None:
        if self.sent:
            await self._do(
                settle_message, workspace_id=self.desk.workspace_id, message_id=self.chance.choice(self.sent)
            )

    async def _excuse(self) -> None:
        await self._do(end_waiting, caller=self.caller, conversation_id=self.conversation_id)

    async def _take_back(self) -> None:
        await self._do(restore_waiting, caller=self.caller, conversation_id=self.conversation_id)

    async def _resolve(self) -> None:
        await self._change("resolved")

    async def _reopen(self) -> None:
        await self._change("open")

    async def _change(self, state: str) -> None:
        await self._do(
            change_conversation,
            caller=self.caller,
            conversation_id=self.conversation_id,
            state=state,
            assignee_id="keep",
        )

    async def _snooze(self) -> None:
        await self._do(snooze_conversation, caller=self.caller, conversation_id=self.conversation_id, until=None)

    async def _wake(self) -> None:
        await self._do(wake_conversation, caller=self.caller, conversation_id=self.conversation_id)

    async def _stage(self) -> None:
        """Into one of the stages, half of which let the clock stand still, or out of whichever it is in."""
        stage_id = self.chance.choice([*self.stages, *self.stages, None])
        await self._do(stage_conversation, caller=self.caller, conversation_id=self.conversation_id, stage_id=stage_id)

    async def _undo(self) -> None:
        """The last change of state or stage, whatever came after it."""
        if self.changed is not None:
            before, after = self.changed
            self.told[-1] += f" {after.state} -> {before.state}"
            await self._do(
                undo_change, caller=self.caller, conversation_id=self.conversation_id, before=before, after=after
            )

    async def _note(self) -> None:
        await self._do(
            add_note,
            workspace_id=self.desk.workspace_id,
            conversation_id=self.conversation_id,
            author=Author(AuthorKind.AGENT, self.caller.agent_id),
            content=Text(text="Her son's birthday"),
            client_id=None,
        )

    async def standing(self) -> Standing:
        (row,) = await self.desk.of("conversations")
        state = ConversationState(row["state"])
        return Standing(
            state=state,
            snoozed_until=row["snoozed_until"] if state is ConversationState.SNOOZED else None,
            assignee_id=row["assignee_id"],
            team_id=row["team_id"],
            stage_id=row["stage_id"],
        )

    async def _do(self, action: Callable[..., Awaitable[Any]], **values: Any) -> None:
        async with self._transaction() as session:
            await action(session, **values, now=self.desk.now, new_id=self.desk.new_id)

    def _transaction(self) -> Any:
        return self.desk.database.transaction(Role.ENGINE, self.desk.workspace_id)

    async def stored(self) -> object:
        rows = await self.desk.of("conversations")
        assert len(rows) == 1, "nobody started another conversation"
        return rows[0]["waiting_since"]

    async def computed(self) -> object:
        """Of the whole thread, from its first message."""
        entries = [
            entry_of(
                Spoken(
                    at=row["sort_at"],
                    direction=Direction(row["direction"]),
                    author_kind=AuthorKind(row["author_kind"]),
                    status=None if row["status"] is None else Status(row["status"]),
                    is_quiet=row["is_quiet"],
                    content=decode_content(row["content"]),
                )
            )
            for row in await self.desk.of("messages", order="seq")
        ]
        return waiting_since(entry for entry in entries if entry is not None)
