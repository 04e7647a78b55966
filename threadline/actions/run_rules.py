"""Run the automation rules that an event or a time calls: one consumer of the feed, and one timer.

Each run has its own key and is part of one transaction: what died in between is done again from the beginning, what was
done is found. A rule is done whole or not at all, and either way its run says what became of it and why.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.actions.do_acts import Doing, desk_of, do_act
from threadline.actions.reply_by_rule import say_at_once, wait_to_reply
from threadline.channels.contract import ChannelType
from threadline.channels.registry import channel_type
from threadline.core.acts import Act, Broken, Made, in_order, is_message
from threadline.core.automation import (
    HEARD_KINDS,
    NEEDS_LINE,
    OF_A_MESSAGE,
    Happening,
    Occasion,
    Outcome,
    Rule,
    RuleSet,
    RunStep,
    find_broken,
    happenings,
    kind_of,
    run_id_of,
    stops,
)
from threadline.core.content import Line
from threadline.core.errors import ThreadlineError
from threadline.core.events import Event, EventKind
from threadline.core.filter import Facts, Fields
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.store import automation
from threadline.store.automation import NewRun
from threadline.store.conversations import access_conversation_keys
from threadline.store.events import NumberedEvent
from threadline.store.filters import load_facts, load_fields
from threadline.store.macros import load_references, templates_of
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.standings import read_standing

CAUSES: Final = HEARD_KINDS
BATCH: Final = 50
"""Events of one transaction: whoever waits for a conversation that a rule holds waits for no more than these."""
RULE_RAN: Final = "rule_ran"
"""The line that stands above what a rule did."""

_FindType = Callable[[str], ChannelType]
_sets: dict[UUID, tuple[object, RuleSet]] = {}
"""Workspace → what it was read by, and the set: compiling a hundred rules costs more than asking them."""


async def run_rules(
    session: Session,
    events: Sequence[NumberedEvent],
    *,
    now: datetime,
    new_id: NewId,
    find_type: _FindType = channel_type,
) -> None:
    """Those of these events of one workspace that rules wait for, in their order."""
    rules = await read_rule_set(session)
    if not rules.rules:
        return
    lines = await _read_lines(session, rules, events)
    called = [
        (one.event, happening)
        for one in events
        if one.event.conversation_id is not None
        for happening in happenings(one.event, lines.get(one.event.message_id, "") if one.event.message_id else "")
        if rules.waits_for(happening)
    ]
    running = Running(session, rules, now, new_id, find_type)
    await running.read_facts({event.conversation_id for event, _ in called if event.conversation_id is not None})
    for event, happening in called:
        await running.run_happening(event, happening)


async def read_rule_set(session: Session) -> RuleSet:
    """Of the session's workspace, compiled. Another process's change is seen by its stamp."""
    assert session.workspace_id is not None  # the edge opens the transaction for one workspace
    stamp = await automation.read_stamp(session)
    if stamp[0] == 0:
        return RuleSet([], {})
    fields = await load_fields(session)
    key = (stamp, tuple(sorted((one.id, one.kind, one.options) for one in fields.values() if one.name)))
    known = _sets.get(session.workspace_id)
    if known is not None and known[0] == key:
        return known[1]
    rules = RuleSet(await automation.list_rules(session), fields)
    if len(_sets) >= _MOST_SETS:
        _sets.clear()
    _sets[session.workspace_id] = (key, rules)
    return rules


_MOST_SETS: Final = 500


async def _read_lines(session: Session, rules: RuleSet, events: Sequence[NumberedEvent]) -> Mapping[UUID, str]:
    if not rules.asks_for_lines:
        return {}
    message_ids = [
        one.event.message_id for one in events if one.event.kind in NEEDS_LINE and one.event.message_id is not None
    ]
    return await automation.read_lines(session, message_ids) if message_ids else {}


@dataclass(slots=True)
class Running:
    """Rules at work in one transaction."""

    session: Session
    rules: RuleSet
    now: datetime
    new_id: NewId
    find_type: _FindType
    facts: dict[UUID, Facts] = field(default_factory=dict[UUID, Facts])
    """Of conversations that no rule has touched since they were read."""

    async def run_happening(self, event: Event, happening: Happening) -> None:
        """Every rule whose occasion it is, in their order; each sees what those before it have done."""
        conversation_id = event.conversation_id
        assert conversation_id is not None
        asked, done = self.rules, set[UUID]()
        while True:
            facts = await self.load_facts(conversation_id)
            if facts is None:
                return
            found = asked.matching(happening, facts, now=self.now)
            rule = next((one for one in found if one.id not in done and one.id != event.actor_id), None)
            if rule is None:
                return
            # Those before it have had their turn, whether they matched then or do so now.
            done |= set(asked.up_to(rule, happening))
            run_id = run_id_of(rule.id, f"{event.id} {happening.on.value}")
            if not await automation.find_runs(self.session, [run_id]):
                await self.run(rule, conversation_id, run_id, on=happening.on, event=event)

    async def load_facts(self, conversation_id: UUID) -> Facts | None:
        """None: it is gone."""
        if not self.rules.fields:
            return {}
        if conversation_id not in self.facts:
            await self.read_facts({conversation_id})
        return self.facts.get(conversation_id)

    async def read_facts(self, conversation_ids: Collection[UUID]) -> None:
        """Of all of them by one statement."""
        assert self.session.workspace_id is not None
        if not conversation_ids or not self.rules.fields:
            return
        self.facts |= await load_facts(
            await self.session.raw(),
            workspace_id=self.session.workspace_id,
            conversation_ids=sorted(conversation_ids),
            now=self.now,
            fields=self.rules.fields,
        )

    async def run(self, rule: Rule, conversation_id: UUID, run_id: UUID, *, on: Occasion, event: Event | None) -> None:
        """Once, with what became of it kept."""
        depth = 0 if event is None else event.depth
        lately = await automation.count_runs_lately(
            self.session, rule_id=rule.id, conversation_id=conversation_id, now=self.now
        )
        stopped = stops(depth=depth, runs_lately=lately)
        if stopped is not None:
            await self._stop(rule, conversation_id, run_id, on=on, outcome=stopped)
            return
        broken = await self._find_broken(rule)
        if broken is not None:
            await self._keep(rule, conversation_id, run_id, on=on, outcome="broken", steps=[_broken_step(rule, broken)])
            return
        with self.session.following(event):
            outcome, steps, made = await self._do(rule, conversation_id, run_id, on=on, event=event)
            await self._keep(rule, conversation_id, run_id, on=on, outcome=outcome, steps=steps, made=made)
        if outcome == "done":
            self.facts.pop(conversation_id, None)

    async def _find_broken(self, rule: Rule) -> Broken | None:
        fields: Fields = await load_fields(self.session)
        known = await load_references(self.session, templates_of(rule.acts))
        return find_broken(rule, fields=fields, known=known)

    async def _stop(self, rule: Rule, conversation_id: UUID, run_id: UUID, *, on: Occasion, outcome: Outcome) -> None:
        """A circle stops the rule until somebody has looked at it. What runs too often is told once within the hour."""
        if outcome == "too_often" and await automation.was_stopped_lately(
            self.session, rule_id=rule.id, conversation_id=conversation_id, now=self.now
        ):
            return
        if outcome == "circle" and await automation.pause_rule(self.session, rule.id, reason="circle"):
            self.rules = RuleSet(
                [one for one in self.rules.rules if one.id != rule.id], await load_fields(self.session)
            )
            self._record(EventKind.RULE_CHANGED, rule, None, {})
        await self._keep(rule, conversation_id, run_id, on=on, outcome=outcome, steps=[])

    async def _keep(
        self,
        rule: Rule,
        conversation_id: UUID,
        run_id: UUID,
        *,
        on: Occasion,
        outcome: Outcome,
        steps: Sequence[RunStep],
        made: Made = Made(),  # noqa: B008 - a frozen value
    ) -> None:
        run = NewRun(run_id, rule, conversation_id, on.value, outcome, steps, made)
        await automation.insert_run(self.session, run, now=self.now)
        if outcome != "nothing":
            self._record(EventKind.RULE_RUN, rule, conversation_id, {"run_id": str(run_id), "outcome": outcome})

    def _record(self, kind: EventKind, rule: Rule, conversation_id: UUID | None, data: Mapping[str, str]) -> None:
        assert self.session.workspace_id is not None
        self.session.record(
            Event(
                id=self.new_id(),
                workspace_id=self.session.workspace_id,
                kind=kind,
                at=self.now,
                conversation_id=conversation_id,
                actor_id=rule.id,
                data={"rule_id": str(rule.id), **data},
            )
        )

    async def _do(
        self, rule: Rule, conversation_id: UUID, run_id: UUID, *, on: Occasion, event: Event | None
    ) -> tuple[Outcome, list[RunStep], Made]:
        """All of its acts, or none: the first that is refused undoes those before it."""
        doing = Doing(
            caller=desk_of(self.session, rule.id),
            conversation_id=conversation_id,
            run_id=run_id,
            now=self.now,
            new_id=self.new_id,
            find_type=self.find_type,
        )
        steps: list[RunStep] = []
        try:
            async with savepoint(self.session):
                await access_conversation_keys(self.session, doing.caller, conversation_id, is_locked=True)
                await self._tell(rule, doing)
                steps.extend(
                    [await self._step(rule, doing, place, on=on, event=event) for place in in_order(rule.acts)]
                )
                if all(one.verdict in ("same", "left_out") for one in steps):
                    raise _NothingDone
        except _NothingDone:
            return "nothing", steps, Made()
        except _RefusedError as refused:
            return "refused", [refused.step], Made()
        return "done", steps, doing.made

    async def _tell(self, rule: Rule, doing: Doing) -> None:
        """A line above what it does: whoever reads the thread sees why."""
        conversation = await access_conversation_keys(self.session, doing.caller, doing.conversation_id)
        await announce_line(
            self.session,
            workspace_id=doing.caller.workspace_id,
            conversation=conversation,
            content=Line(what=RULE_RAN, data={"rule_id": str(rule.id), "rule": rule.name, "run_id": str(doing.run_id)}),
            data={"rule_id": str(rule.id)},
            author=Author(AuthorKind.SYSTEM, rule.id),
            actor_id=rule.id,
            now=self.now,
            new_id=self.new_id,
        )

    async def _step(self, rule: Rule, doing: Doing, place: int, *, on: Occasion, event: Event | None) -> RunStep:
        act = rule.acts[place]
        before, made = await read_standing(self.session, doing.conversation_id), doing.made
        try:
            if is_message(act) and on in OF_A_MESSAGE:
                cause_id = event.message_id if event is not None and on is not Occasion.STARTED else None
                return await self._answer(rule, doing, place, act, cause_id)
            if is_message(act):
                await say_at_once(self.session, doing, place, act)
                return RunStep(place=place, kind=kind_of(act), verdict="does")
            await do_act(self.session, doing, place, act)
        except ThreadlineError as error:
            raise _RefusedError(
                RunStep(
                    place=place,
                    kind=kind_of(act),
                    verdict="cannot",
                    reason=error.reason or error.code,
                    title=error.text,
                    values=dict(error.values),
                )
            ) from error
        after = await read_standing(self.session, doing.conversation_id)
        is_same = (before, made) == (after, doing.made)
        return RunStep(place=place, kind=kind_of(act), verdict="same" if is_same else "does")

    async def _answer(self, rule: Rule, doing: Doing, place: int, act: Act, cause_id: UUID | None) -> RunStep:
        """To what a customer has just said: in the one place where that is decided, and some seconds later."""
        cause_id = cause_id or await automation.find_last_heard(self.session, doing.conversation_id)
        if cause_id is None:
            await say_at_once(self.session, doing, place, act)
            return RunStep(place=place, kind=kind_of(act), verdict="does")
        reason = await wait_to_reply(self.session, rule, doing, place, cause_id=cause_id)
        verdict = "waits" if reason is None else "left_out"
        return RunStep(place=place, kind=kind_of(act), verdict=verdict, reason=reason or "")


class _NothingDone(Exception):
    """Everything stood so already: no line tells of it."""


class _RefusedError(Exception):
    def __init__(self, step: RunStep) -> None:
        super().__init__(step.reason)
        self.step = step


def _broken_step(rule: Rule, broken: Broken) -> RunStep:
    kind = kind_of(rule.acts[broken.place]) if broken.place >= 0 else ""
    return RunStep(
        place=broken.place,
        kind=kind,
        verdict="cannot",
        reason=broken.reason,
        title=broken.title,
        values=broken.values,
    )
